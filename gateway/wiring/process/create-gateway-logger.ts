import { createLogger } from '../../../shared/telemetry/create-logger.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';

/**
 * Makes the gateway's logger.
 *
 * @param several Whether other processes write beside this one, so that each line names its own.
 */
export function createGatewayLogger(config: GatewayConfig, several: boolean): Logger {
  const log = createLogger({
    level: config.LOG_LEVEL,
    name: 'gateway',
    ...(config.LOG_FILE === null ? {} : { destination: config.LOG_FILE }),
  });
  return several ? log.child({ pid: process.pid }) : log;
}
