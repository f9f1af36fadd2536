import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { checkDocs } from '../../scripts/check-docs.ts'
import { withTools, workspaceWith } from './workspace-fixture.ts'

const fence = '```'

function findingsFor(t: TestContext, readme: string): string {
  return checkDocs(
    withTools(workspaceWith(t, { 'README.md': readme, 'docs/a.md': '# One `code` (two)\n' })),
  ).join('\n')
}

const example = (code: string, output = '') =>
  `# Title\n\n${fence}ts run\n${code}\n${fence}\n\n${fence}text output\n${output}${fence}\n`

describe('check-docs', () => {
  it('passes an example that compiles and prints what it says', t => {
    assert.equal(findingsFor(t, example("const a: number = 1\nconsole.log('a', a)", 'a 1\n')), '')
  })

  it('finds an example that does not compile, and names the line of the document', t => {
    assert.match(
      findingsFor(t, example("const a: number = 'x'\nconsole.log(a)")),
      /^README\.md:4: error TS2322/,
    )
  })

  it('finds an example that fails, and one that prints something else', t => {
    assert.match(
      findingsFor(t, example("throw new TypeError('no')")),
      /README\.md:4: the example ends with 1/,
    )
    assert.match(
      findingsFor(t, example('console.log(2)', '1\n')),
      /prints\n2\n {2}where the document says\n1/,
    )
  })

  it('finds links to missing files and headings, code left aside', t => {
    const links =
      '[a](docs/a.md#one-code-two) [b](docs/a.md#three) [c](docs/b.md) `[d](nowhere)` [e](https://x.org)\n'
    assert.equal(
      findingsFor(t, links),
      'README.md:1: docs/a.md has no heading #three\nREADME.md:1: docs/b.md leads nowhere',
    )
  })
})
