import { type Document, type Filter, ObjectId } from 'mongodb';

export type Owners = {
  /** The value by which new documents name their organization. */
  readonly idOf: (organization: string) => string | ObjectId;
  /** Whose documents: those that name no organization belong to the default one. */
  readonly filter: (organization: string, field: string) => Filter<Document>;
};

export const ownersOf = (defaultOrganization: string, as: 'text' | 'objectId' = 'text'): Owners => {
  const idOf = (organization: string): string | ObjectId =>
    as === 'objectId' && /^[0-9a-f]{24}$/i.test(organization) ? new ObjectId(organization) : organization;
  return {
    idOf,
    filter: (organization, field) => {
      const value = idOf(organization);
      return { [field]: organization === defaultOrganization ? { $in: [value, null] } : { $eq: value } };
    },
  };
};
