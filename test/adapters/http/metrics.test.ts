import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hour, hourly } from '../../application/opened.js';
import { openService } from './service.js';

const documented = readFileSync('docs/telemetry.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| nexus_scheduler_'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name, type, labels, what]) => ({ name, type, labels, what }));

describe('the metrics', () => {
  it('are those of the table, each with its labels', async () => {
    const { call, scheduler, clock } = await openService({
      handlers: {
        pdf: (_, { attempt }) => {
          if (attempt === 1) throw new Error('first');
          return 'ran';
        },
      },
    });
    await scheduler.scheduleJob({ jobName: 'a', jobType: 'pdf', schedule: hourly });
    await scheduler.scheduleJob({ jobName: 'paused', jobType: 'pdf', schedule: hourly });
    await scheduler.toggleJob('paused', false);
    await clock.advance(2 * hour);
    await scheduler.toggleJob('paused', true);
    await call('GET', '/api/v1/jobs');
    const { body, headers } = await call('GET', '/metrics');
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text: string = body;
    const types = new Map([...text.matchAll(/^# TYPE (nexus_\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]));
    const helps = new Map([...text.matchAll(/^# HELP (nexus_\w+) (.*)$/gm)].map(([, name, help]) => [name, help]));
    const labelsOf = (name: string | undefined): string => {
      const [, labels = ''] = new RegExp(`^${name}(?:_sum)?\\{([^}]*)\\}`, 'm').exec(text) ?? [];
      return [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label).join(', ');
    };
    expect([...types.keys()].sort()).toEqual(documented.map(({ name }) => name).sort());
    expect(documented.map(({ name }) => ({ name, type: types.get(name), labels: labelsOf(name), what: helps.get(name) }))).toEqual(
      documented,
    );
    const value = (sample: string): number =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${sample} `))
          ?.split(' ')[1],
      );
    expect(value('nexus_scheduler_attempts_started_total{job_type="pdf"}')).toBe(4);
    expect(value('nexus_scheduler_attempts_failed_total{job_type="pdf",cause="error"}')).toBe(2);
    expect(value('nexus_scheduler_retries_total{job_type="pdf"}')).toBe(2);
    expect(value('nexus_scheduler_executions_total{job_type="pdf",outcome="completed"}')).toBe(2);
    expect(value('nexus_scheduler_occurrences_skipped_total{reason="paused"}')).toBe(2);
    expect(value('nexus_scheduler_attempt_seconds_count{job_type="pdf"}')).toBe(4);
    expect(value('nexus_scheduler_start_delay_seconds_count')).toBe(2);
    expect(value('nexus_scheduler_start_delay_seconds_sum')).toBe(0);
    expect(value('nexus_scheduler_http_requests_total{method="GET",route="/api/v1/jobs",status="200"}')).toBe(1);
    expect([value('nexus_scheduler_ready'), value('nexus_scheduler_nodes'), value('nexus_scheduler_running')]).toEqual([1, 1, 0]);
    expect(value('nexus_scheduler_concurrency')).toBe(50);
  });

  it('do not grow with the names that clients give', async () => {
    const { call, scheduler, clock } = await openService({
      handlers: Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`type${i}`, () => 1])),
    });
    for (let i = 0; i < 120; i++) await scheduler.scheduleJob({ jobName: `j${i}`, jobType: `type${i}`, schedule: hourly });
    await clock.advance(hour);
    for (let i = 0; i < 5; i++) await call('GET', `/api/v1/jobs/j${i}`);
    await call('GET', '/nothing/here');
    const text: string = (await call('GET', '/metrics')).body;
    const started = [...text.matchAll(/^nexus_scheduler_attempts_started_total\{job_type="(\w+)"\} (\d+)$/gm)].map(([, type, n]) => [
      type,
      n,
    ]);
    expect(started).toHaveLength(101);
    expect(started.at(-1)).toEqual(['other', '20']);
    expect([...text.matchAll(/^nexus_scheduler_http_requests_total\{.*$/gm)].map(([line]) => line)).toEqual([
      'nexus_scheduler_http_requests_total{method="GET",route="/api/v1/jobs/:name",status="200"} 5',
      'nexus_scheduler_http_requests_total{method="GET",route="none",status="404"} 1',
    ]);
  });
});
