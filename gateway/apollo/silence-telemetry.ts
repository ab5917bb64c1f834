/**
 * Makes the base class send no usage statistics when it is constructed: nothing of a mesh phones home.
 *
 * The base class looks at one environment variable and at nothing else. It is set
 * while the constructor runs and put back after, so that other gateways of the
 * process keep what their operator chose.
 *
 * @returns What puts the variable back.
 */
export function silenceTelemetry(): () => void {
  const before = process.env.APOLLO_TELEMETRY_DISABLED;
  process.env.APOLLO_TELEMETRY_DISABLED = '1';
  return () => {
    if (before === undefined) delete process.env.APOLLO_TELEMETRY_DISABLED;
    else process.env.APOLLO_TELEMETRY_DISABLED = before;
  };
}
