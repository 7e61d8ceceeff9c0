import { type DoctorCheck, doctorCheck, freeMemory, nodeVersion } from '../machine-checks.ts';

/** Everything that an embedded cluster needs of this machine. */
export const embeddedDoctor = async (): Promise<DoctorCheck[]> => [
  nodeVersion(),
  freeMemory(0.7),
  loopback(),
];

function loopback(): DoctorCheck {
  const own = process.platform === 'linux';
  const detail = own
    ? 'each node gets an address of its own'
    : 'all nodes share 127.0.0.1: client addresses cannot be seen (the report notes that)';
  return doctorCheck('loopback', true, detail, '');
}
