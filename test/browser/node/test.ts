// Stands in for `node:test` in a browser: tests are gathered, and run when they are asked for.

type Body = () => unknown

export const gathered = new Map<string, Body>()

export function test(name: string, body: Body): void {
  gathered.set(name, body)
}
