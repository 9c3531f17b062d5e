import type { Outbound } from '../../application/ports/outbound.js';
import type { Opened, ServiceSettings } from './index.js';

export const openOutbound = async ({ outboundHosts = [] }: ServiceSettings): Promise<Opened<Outbound>> => {
  const [{ createOutbound }, { background }] = await Promise.all([
    import('../../adapters/outbound/index.js'),
    import('../../adapters/system/background.js'),
  ]);
  const outbound = createOutbound({ hosts: outboundHosts, background });
  return { value: outbound, close: () => outbound.close() };
};
