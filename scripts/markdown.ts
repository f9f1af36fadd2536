import { lineAt } from './workspace.ts'

/** A fenced code block. */
export interface Fence {
  /** First word after the backticks, e.g. `ts`. */
  readonly language: string
  /** The words after it, e.g. `run`. */
  readonly marks: readonly string[]
  readonly text: string
  /** 1-based line of the first line of `text`. */
  readonly line: number
}

export interface Link {
  readonly target: string
  readonly line: number
}

export function fencesOf(markdown: string): Fence[] {
  return [...markdown.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map(match => {
    const [language = '', ...marks] = match[1]!.trim().split(/\s+/)
    return { language, marks, text: match[2]!, line: lineAt(markdown, match.index) + 1 }
  })
}

/** Links and images, code left out. */
export function linksOf(markdown: string): Link[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(match => ({
    target: match[1]!,
    line: lineAt(markdown, match.index),
  }))
}

/** The anchors that GitHub gives to the headings. */
export function anchorsOf(markdown: string): string[] {
  return [...withoutFences(markdown).matchAll(/^#{1,6} +(.+)$/gm)].map(match =>
    match[1]!
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  )
}

/** Blanked, not cut, so that offsets stay. */
function withoutCode(markdown: string): string {
  return withoutFences(markdown).replace(/`[^`\n]*`/g, blank)
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, blank)
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}
