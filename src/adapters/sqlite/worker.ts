import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { sqliteCode } from './files/driver.js';
import { Locked } from './files/lock.js';
import { noteFailure, openLog, openModels } from './files/open.js';
import type { CallTable, Handlers, Opening, Reply, Request, Start, Steps, WorkerOptions } from './protocol.js';

// The thread that owns a file, so that waiting for the disk never holds up the main thread.

const port = parentPort;
if (!port) throw new Error('This module is the entry of a worker thread');

const options = workerData as WorkerOptions;

type Task = { readonly id: number; readonly steps: Steps<unknown> };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const serve = <T extends CallTable>(handlers: Handlers<T>): void => {
  const tasks: Task[] = [];
  const reply = (message: Reply): void => port.postMessage(message);
  const fail = (id: number, error: unknown): void => {
    const code = sqliteCode(error);
    noteFailure(options, code);
    reply({ id, failure: { message: messageOf(error), code } });
  };

  const receive = ({ id, call, request }: Request): void => {
    try {
      const answer = handlers[call]?.(request);
      if (isSteps(answer)) tasks.push({ id, steps: answer });
      else reply({ id, reply: answer });
    } catch (error) {
      fail(id, error);
    }
  };

  const step = ({ id, steps }: Task): void => {
    try {
      const { done, value } = steps.next();
      if (!done) return;
      reply({ id, reply: value });
    } catch (error) {
      fail(id, error);
    }
    tasks.shift();
  };

  // Long tasks go one after the other; between two of their steps whatever has arrived goes first.
  port.on('message', (first: Request) => {
    receive(first);
    for (;;) {
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) receive(next.message);
      const [task] = tasks;
      if (!task) return;
      step(task);
    }
  });
};

const isSteps = (answer: unknown): answer is Steps<unknown> => typeof answer === 'object' && answer !== null && 'next' in answer;

const open = (start: Start): Opening => {
  try {
    if (options.part === 'log') serve(openLog(options));
    else serve(openModels(options, start));
    return { opened: true };
  } catch (error) {
    return error instanceof Locked ? { lockedBy: error.pid } : { failure: messageOf(error) };
  }
};

port.once('message', (start: Start) => port.postMessage(open(start)));
