import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import hre from 'hardhat'
import { compilerOutputOf } from './support/compiler-output.ts'

interface Documented {
  readonly notice?: string
  readonly details?: string
  readonly params?: Record<string, string>
  readonly returns?: Record<string, string>
}

interface Docs {
  readonly methods?: Record<string, Documented>
  readonly events?: Record<string, Documented>
  readonly errors?: Record<string, readonly Documented[]>
}

interface AbiItem {
  readonly type: string
  readonly name?: string
  readonly inputs?: readonly AbiInput[]
  readonly outputs?: readonly AbiInput[]
}

interface AbiInput {
  readonly name: string
  readonly type: string
  readonly components?: readonly AbiInput[]
}

/** Declared by EIP-5267, which documents them. */
const INHERITED = new Set(['eip712Domain', 'EIP712DomainChanged'])

async function docsOf(name: string): Promise<{ devdoc: Docs; userdoc: Docs }> {
  const output = await compilerOutputOf(`contracts/interfaces/${name}.sol`, name)
  return output as { devdoc: Docs; userdoc: Docs }
}

const signatureOf = ({ name, inputs = [] }: AbiItem) => `${name}(${inputs.map(typeOf).join(',')})`

function typeOf({ type, components }: AbiInput): string {
  return components === undefined ? type : type.replace('tuple', `(${components.map(typeOf).join(',')})`)
}

/** The contracts, and the errors that they have from libraries: those document them. */
const CONTRACTS: Readonly<Record<string, readonly string[]>> = {
  // Of the library that keeps the domain's name and version; the constructor alone can throw them.
  RemoteLogRegistry: ['InvalidShortString', 'StringTooLong'],
  RemoteLogVerifier: [
    'PaddingNotZero',
    'ProofTooLong',
    'ProofTooShort',
    'RangeOutOfFile',
    'SegmentsOutOfRange',
    'WrongRoot',
  ],
}

for (const [contract, ofLibraries] of Object.entries(CONTRACTS)) {
  describe(`the interface of ${contract} is the manual`, () => {
    it('says of every function, event and error what it does, and of every argument and result what it is', async () => {
      const { devdoc, userdoc } = await docsOf(`I${contract}`)
      const { abi } = (await hre.artifacts.readArtifact(`I${contract}`)) as { abi: readonly AbiItem[] }
      const missing = abi
        .filter(item => !INHERITED.has(item.name!))
        .flatMap(item => {
          const signature = signatureOf(item)
          const [dev, user] =
            item.type === 'error'
              ? [devdoc.errors?.[signature]?.[0], userdoc.errors?.[signature]?.[0]]
              : item.type === 'event'
                ? [devdoc.events?.[signature], userdoc.events?.[signature]]
                : [devdoc.methods?.[signature], userdoc.methods?.[signature]]
          return [
            ...(user?.notice ? [] : [`${signature}: what it does`]),
            ...(item.inputs ?? [])
              .filter(({ name }) => !dev?.params?.[name])
              .map(({ name }) => `${signature}: ${name}`),
            ...(item.outputs ?? [])
              .filter(({ name }) => !dev?.returns?.[name])
              .map(({ name }) => `${signature}: ${name}`),
          ]
        })
      assert.deepEqual(missing, [])
    })

    it('is what the contract offers, nothing more', async () => {
      const offered = await hre.artifacts.readArtifact(contract)
      const promised = await hre.artifacts.readArtifact(`I${contract}`)
      const names = ({ abi }: { readonly abi: unknown }) =>
        (abi as readonly AbiItem[])
          .filter(({ type, name }) => type !== 'constructor' && !ofLibraries.includes(name!))
          .map(item => `${item.type} ${signatureOf(item)}`)
          .sort()
      assert.deepEqual(names(offered), names(promised))
    })
  })
}
