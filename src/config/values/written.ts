/** The input type of a schema for TypeScript files: lists may be read-only. */
export type Written<T> = T extends readonly (infer U)[]
  ? readonly Written<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Written<T[K]> }
    : T
