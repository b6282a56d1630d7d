// Names of tensors are a stranger's and stand on the page: any writing, spaces and signs, but nothing that is not seen or
// turns the text around it, and no novel.

const MOST_CHARACTERS = 1000

/** Control characters, breaks of lines, halves of characters, and what changes the direction of text. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/** Why a name cannot stand on the page, as 'has …' or 'is …'; undefined: it can. */
export function nameProblem(name: string): string | undefined {
  if (!name.trim()) return 'is empty'
  if (name.length > MOST_CHARACTERS) return `has ${name.length} characters; allowed are ${MOST_CHARACTERS}`
  const [unseen] = UNSEEN.exec(name) ?? []
  return unseen && `has the character ${codeOf(unseen)}, which is not seen`
}

/** A name that can stand on the page, whatever it is: what cannot be seen is written out, and the end left out. */
export function shownName(name: string): string {
  const seen = [...name.slice(0, 80)].map((one) => (UNSEEN.test(one) ? codeOf(one) : one)).join('')
  return name.length > 80 ? `${seen} …` : seen
}

/** 'U+202E' */
const codeOf = (character: string) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
