import { artifactNameFault } from '../../application/artifactNames.js';

/** Whoever asks has checked the name; a store does not rely on it. */
export const mustBeName = (name: string): void => {
  const fault = artifactNameFault(name);
  if (fault !== null) throw new TypeError(`the name of an artifact ${fault}`);
};
