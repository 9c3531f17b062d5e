import type { Container } from 'inversify';

declare const provides: unique symbol;
/** Names a binding and knows its type, so that a factory whose parameters do not fit its tokens does not compile. */
export type Token<T> = symbol & { readonly [provides]: () => T };
type TokensOf<A extends readonly unknown[]> = { readonly [K in keyof A]: Token<A[K]> };

export const token = <T>(name: string): Token<T> => Symbol(name) as Token<T>;

/** Binds a factory, called once, with what its tokens stand for. */
export const single = <V, const A extends readonly unknown[]>(
  container: Container,
  of: Token<V>,
  dependencies: TokensOf<A>,
  make: (...dependencies: A) => V,
): void => {
  container
    .bind<V>(of)
    .toResolvedValue(make as unknown as (...dependencies: unknown[]) => V, [...dependencies] as symbol[])
    .inSingletonScope();
};

export const value = <V>(container: Container, of: Token<V>, constant: V): void => {
  container.bind<V>(of).toConstantValue(constant);
};

export const get = <V>(container: Container, of: Token<V>): V => container.get<V>(of);
