import { connect } from 'nats';
import type { Millis } from '../../domain/instant.js';
import { explained, isStreamNotFound, notSetUp } from './failures.js';
import { serversOf } from './servers.js';
import { faultsOf, wantedConfig } from './streamConfig.js';

const patienceMs: Millis = 5_000;

/** `server` carries no credentials. */
export type NatsServer = { readonly server: string; readonly version: string };

/**
 * Asks a server whether it takes our events: the connection, JetStream, and the stream where there is one already. Makes nothing. Rejects
 * with `PublisherUnavailable`, which says what is wrong.
 */
export const askNats = async (url: string): Promise<NatsServer> => {
  const servers = serversOf(url);
  const server = servers.servers.join(', ');
  try {
    const connection = await connect({ ...servers, name: 'nexus-scheduler doctor', timeout: patienceMs, reconnect: false });
    try {
      const { version = 'of an unknown version', max_payload } = connection.info ?? {};
      const wanted = wantedConfig(0, 1);
      const manager = await connection.jetstreamManager({ checkAPI: false, timeout: patienceMs });
      const found = await manager.streams.info(wanted.name).catch((error) => {
        if (isStreamNotFound(error)) return null;
        throw error;
      });
      const faults = faultsOf({ maxPayload: max_payload, config: found?.config }, wanted);
      if (faults.length > 0) throw notSetUp(version, server, faults);
      return { server, version };
    } finally {
      await connection.close();
    }
  } catch (error) {
    throw explained(error, server);
  }
};
