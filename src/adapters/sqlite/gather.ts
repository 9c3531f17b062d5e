/**
 * Calls that are made together, or while as many as allowed are under way, are answered by one. `run` gives an answer per call, in
 * order.
 */
export const gather = <A, R>(run: (calls: readonly A[]) => Promise<readonly R[]>, atOnce: number): ((call: A) => Promise<R>) => {
  let waiting: { readonly call: A; readonly resolve: (answer: R) => void; readonly reject: (error: unknown) => void }[] = [];
  let underWay = 0;

  const send = async (): Promise<void> => {
    if (waiting.length === 0 || underWay >= atOnce) return;
    const calls = waiting;
    waiting = [];
    underWay++;
    try {
      const answers = await run(calls.map(({ call }) => call));
      for (const [i, { resolve }] of calls.entries()) resolve(answers[i] as R);
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
    underWay--;
    void send();
  };

  return (call) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) queueMicrotask(send);
      waiting.push({ call, resolve, reject });
    });
};
