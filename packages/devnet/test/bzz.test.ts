import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Bee } from '@ethersphere/bee-js'
import { type BeeNode, startBeeNode } from '../src/index.ts'
import { BeeClient, parse } from './bee-client.ts'
import { payload } from './replay/material.ts'

describe('files and collections behind manifests', () => {
  let node: BeeNode
  let bee: BeeClient
  let js: Bee
  let folder: string
  before(async () => {
    node = await startBeeNode()
    bee = new BeeClient(node.url, await node.grantBatch())
    js = new Bee(node.url)
    folder = await mkdtemp(join(tmpdir(), 'bzz-'))
  })
  after(async () => {
    await node.stop()
    await rm(folder, { recursive: true, force: true })
  })

  for (const encrypt of [false, true]) {
    test(`a file by bee-js comes back with its name and type${encrypt ? ', encrypted' : ''}`, async () => {
      const file = payload('picture', 20_000)
      const { reference } = await js.uploadFile(bee.batch, file, 'holiday photo.png', {
        contentType: 'image/png',
        encrypt,
      })
      const back = await js.downloadFile(reference)
      assert.deepEqual(Buffer.from(back.data.toUint8Array()), file)
      assert.deepEqual([back.name, back.contentType], ['holiday photo.png', 'image/png'])
    })
  }

  test('a folder by bee-js: every path, long ones too, index and error documents, folders redirected', async () => {
    const long = `deep/${'long-name-'.repeat(9)}.txt`
    const files = {
      'index.html': '<h1>home</h1>',
      'lost.html': 'lost',
      'docs/index.html': 'docs',
      'docs/a.json': '{}',
      'docs/about.txt': 'about',
      'data.bin': 'binary',
      [long]: 'far away',
    }
    for (const path of ['docs', 'deep']) await mkdir(join(folder, path))
    for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
    const { reference } = await js.uploadFilesFromDirectory(bee.batch, folder, {
      indexDocument: 'index.html',
      errorDocument: 'lost.html',
    })
    const get = (path: string) => bee.get(`/bzz/${reference}/${path}`)
    for (const [path, text] of Object.entries(files))
      assert.equal((await get(path)).body.toString(), text, path)
    assert.equal((await get('')).body.toString(), '<h1>home</h1>')
    assert.equal((await get('docs/')).body.toString(), 'docs')
    assert.equal((await get('nowhere')).body.toString(), 'lost')
    assert.equal((await get('docs/a.json')).headers['content-type'], 'application/json')
    const folderOnly = await get('docs')
    assert.deepEqual([folderOnly.status, folderOnly.headers.location], [308, `/bzz/${reference}/docs/`])
  })

  test('what is no collection is refused in words', async () => {
    const refusal = async (body: Uint8Array, headers: Record<string, string>, path = '/bzz') => {
      const answer = await bee.post(path, body, headers)
      return [answer.status, parse(answer).message]
    }
    const collection = { 'swarm-collection': 'true', 'content-type': 'application/x-tar' }
    assert.deepEqual(await refusal(Buffer.alloc(1024), collection), [400, 'no files in root directory'])
    assert.deepEqual(await refusal(payload('no tar', 2048), collection), [500, 'could not store directory'])
    const text = { 'swarm-collection': 'true', 'content-type': 'text/plain' }
    assert.deepEqual(await refusal(Buffer.from('x'), text), [400, 'invalid content-type'])
    const slash = await refusal(Buffer.from('x'), { 'content-type': 'text/plain' }, '/bzz?name=/x')
    assert.deepEqual(slash, [400, 'invalid query params'])
    const [guess, what] = await refusal(Buffer.from('x'), {})
    assert.equal(guess, 501)
    assert.match(String(what), /content type/)
    const form = { 'content-type': 'multipart/form-data; boundary=x' }
    assert.equal((await refusal(Buffer.from('x'), form))[0], 501)
  })

  test('a feed behind /bzz is refused by name', async () => {
    const feed = parse<{ reference: string }>(await bee.post(`/feeds/${'12'.repeat(20)}/${'34'.repeat(32)}`))
    const answer = await bee.get(`/bzz/${feed.reference}/`)
    assert.equal(answer.status, 501)
    assert.match(String(parse(answer).message), /feeds behind \/bzz/)
  })
})
