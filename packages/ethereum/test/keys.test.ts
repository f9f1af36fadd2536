import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { createKey, readKeyFile, signerOf, signerOfMnemonic, writeKeyFile } from '../src/index.ts'
import { FUNDED_KEY, SECOND_KEY } from './chain.ts'
import { thrownBy } from './world.ts'

const FAST = { scryptN: 2 }

/** A test vector of Web3 Secret Storage's specification (pbkdf2): not written by this project. */
const VECTOR = {
  password: 'testpassword',
  privateKey: '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d',
  json: JSON.stringify({
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
      ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
      kdf: 'pbkdf2',
      kdfparams: {
        c: 262144,
        dklen: 32,
        prf: 'hmac-sha256',
        salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
      },
      mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
    },
    id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
    version: 3,
  }),
}

test('a key file opens with its password, and gives the key', async () => {
  const key = createKey()
  const json = await writeKeyFile(key, 'pässword', FAST)
  assert.ok(!json.includes(key.privateKey.slice(2)))
  assert.equal((await readKeyFile(json, 'pässword')).privateKey, key.privateKey)
})

test('a key file of the specification opens', async () => {
  assert.equal((await readKeyFile(VECTOR.json, VECTOR.password)).privateKey, VECTOR.privateKey)
})

test('another password is WRONG_PASSWORD, and shows neither the password nor the file', async () => {
  const json = await writeKeyFile(signerOf(FUNDED_KEY), 'right', FAST)
  for (const password of ['wrong-password', '']) {
    const error = await thrownBy(readKeyFile(json, password))
    assert.equal(error.code, 'WRONG_PASSWORD')
    assert.ok(!inspect(error, { depth: 9 }).includes('wrong-password'))
    assert.equal(error.cause, undefined)
  }
})

test('what is no key file, or a damaged one, is INVALID_ARGUMENT', async () => {
  const json = await writeKeyFile(signerOf(FUNDED_KEY), 'right', FAST)
  const damaged = [
    '',
    'no json',
    '{}',
    '{"version":1}',
    json.slice(0, -10),
    json.replace('aes-128-ctr', 'rot13'),
    json.replace('"scrypt"', '"md5"'),
    json.replace(/"address":"[0-9a-f]{40}"/, `"address":"${'11'.repeat(20)}"`),
    FUNDED_KEY,
  ]
  for (const text of damaged) {
    const error = await thrownBy(readKeyFile(text, 'right'))
    assert.equal(error.code, 'INVALID_ARGUMENT', text)
    assert.ok(!inspect(error, { depth: 9 }).includes(FUNDED_KEY.slice(2)))
  }
})

test('a key file tells how far it is, and stops when the signal fires', async () => {
  const key = signerOf(FUNDED_KEY)
  const told: number[] = []
  const json = await writeKeyFile(key, 'right', { scryptN: 4096, onProgress: done => told.push(done) })
  assert.equal(told.at(-1), 1)
  const stop = new AbortController()
  const options = { scryptN: 4096, signal: stop.signal, onProgress: () => stop.abort('enough') }
  assert.equal((await thrownBy(writeKeyFile(key, 'right', options))).code, 'ABORTED')
  const again = new AbortController()
  const reading = readKeyFile(json, 'right', {
    signal: again.signal,
    onProgress: () => again.abort('enough'),
  })
  assert.equal((await thrownBy(reading)).code, 'ABORTED')
  assert.equal((await thrownBy(readKeyFile(json, 'right', { signal: stop.signal }))).code, 'ABORTED')
})

test('a private key is taken with and without 0x; what is none is INVALID_ARGUMENT and not repeated', () => {
  const { address } = signerOf(FUNDED_KEY)
  assert.equal(address, '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266')
  assert.equal(signerOf(FUNDED_KEY.slice(2).toUpperCase()).address, address)
  const order = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'
  for (const text of [
    '',
    '0x',
    FUNDED_KEY.slice(0, -1),
    `${FUNDED_KEY}0`,
    '00'.repeat(32),
    order,
    'my secret',
  ]) {
    assert.throws(
      () => signerOf(text),
      (error: { code: string }) =>
        error.code === 'INVALID_ARGUMENT' && (text.length < 3 || !inspect(error).includes(text)),
      text,
    )
  }
})

/** The phrase of Hardhat's and Foundry's accounts. */
const PHRASE = 'test test test test test test test test test test test junk'

test('a seed phrase gives the accounts that wallets derive from it', () => {
  assert.equal(signerOfMnemonic(PHRASE).privateKey, FUNDED_KEY)
  assert.equal(signerOfMnemonic(PHRASE, 1).privateKey, SECOND_KEY)
  assert.equal(signerOfMnemonic(`\n ${PHRASE.toUpperCase().replaceAll(' ', '  ')}\n`).privateKey, FUNDED_KEY)
})

test('what is no seed phrase is INVALID_ARGUMENT, and is not repeated', async () => {
  for (const wrong of [
    `${PHRASE} junk`,
    PHRASE.replace('junk', 'secretword'),
    PHRASE.replace('junk', 'test'),
    '',
  ]) {
    const error = await thrownBy((async () => signerOfMnemonic(wrong))())
    assert.equal(error.code, 'INVALID_ARGUMENT')
    assert.ok(!/test test|secretword/.test(inspect(error, { depth: 9 })))
    assert.equal(error.cause, undefined)
  }
  for (const account of [-1, 0.5, 2 ** 31]) {
    assert.equal((await thrownBy((async () => signerOfMnemonic(PHRASE, account))())).code, 'INVALID_ARGUMENT')
  }
})
