/** Whether an `Accept` header takes a media type. None takes everything, and so does one that nobody can read. */
export const accepts = (header: string | undefined, mediaType: string): boolean => {
  if (header === undefined || header.trim() === '') return true;
  const [type] = mediaType.split('/');
  return header
    .split(',', mostRanges)
    .map((range) => range.trim().toLowerCase())
    .some((range) => {
      const [name, ...parameters] = range.split(';').map((part) => part.trim());
      if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return false;
      return name === '*/*' || name === `${type}/*` || name === mediaType;
    });
};

const mostRanges = 50;
