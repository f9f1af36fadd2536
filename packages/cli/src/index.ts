export { EXIT_CODES, EXIT_OK, EXIT_UNEXPECTED } from './exit-codes.ts'
export { createProgram } from './program.ts'
export { runCli } from './run.ts'
export type { Runtime } from './runtime.ts'
