import { CHUNK_BYTES } from '../limits.ts'
import type { LogHash } from '../log-id.ts'
import type { Entry } from '../page/page.ts'
import type { Reference } from '../reference.ts'
import { readSegments } from './chunk-proof.ts'
import { readSearch } from './directory-search.ts'
import { readHeadHeader, readSealedHeader } from './page-parser.ts'
import { readEntry } from './pair-parser.ts'
import { refuse } from './proof-error.ts'
import { ProofReader } from './proof-reader.ts'
import { decodeSegments, SEGMENT_SET_BYTES } from './segments.ts'
import { SparsePage } from './sparse-page.ts'
import { readRootAbove } from './tree-proof.ts'

/**
 * The entry `seq` of a log as of a head, from a proof alone: the same answer that the contract RemoteLogVerifier gives,
 * or the same refusal (docs/spec.md section 11). `seq` is an integer 0 .. 2^53-1.
 * @throws CORRUPT with `details.reason` ({@link ProofReason}); INVALID_PAGE with `details.rule` where a proven page
 * breaks a rule of the format
 */
export function verifyEntryProof(head: Reference, log: LogHash, seq: number, proof: Uint8Array): Entry {
  const reader = new ProofReader(proof)
  const span = reader.number(2)
  if (span > CHUNK_BYTES) refuse('SpanTooLong', `a head page can't have ${span} bytes`, { span })
  const headPage = readPage(reader, span)
  if (headPage.reference !== head) {
    refuse('WrongHead', `the proof is of head ${headPage.reference}`, { head, proven: headPage.reference })
  }
  const header = readHeadHeader(headPage, log)
  if (seq >= header.firstSeq) {
    reader.finish()
    const entry = readEntry(headPage, header, seq)
    headPage.finish()
    return entry
  }
  headPage.finish()
  const { history, directory, sealedPages } = header.roots
  const index = reader.number(4)
  if (index >= sealedPages) {
    refuse('PageOutOfLog', `page ${index} is not among ${sealedPages}`, { page: index, sealedPages })
  }
  const page = readPage(reader, CHUNK_BYTES)
  const proven = readRootAbove(reader, page.reference, index * CHUNK_BYTES, sealedPages * CHUNK_BYTES)
  if (proven !== history) {
    refuse('WrongHistory', `the proof leads to history ${proven}`, { history, proven })
  }
  const record = readSearch(reader, directory, sealedPages, index, page.reference, seq)
  reader.finish()
  const pageHeader = readSealedHeader(page, log, index)
  if (BigInt(pageHeader.firstSeq) !== record.firstSeq || BigInt(pageHeader.baseTimestamp) !== record.time) {
    refuse('DirectoryLies', `the directory describes page ${index} wrongly`, {
      page: index,
      level: 0,
      firstSeq: record.firstSeq,
    })
  }
  const entry = readEntry(page, pageHeader, seq)
  page.finish()
  return entry
}

function readPage(reader: ProofReader, span: number): SparsePage {
  const proven = decodeSegments(reader.take(SEGMENT_SET_BYTES))
  const { reference, payload } = readSegments(reader, span, span, proven)
  return new SparsePage(reference, payload, span, proven)
}
