// Errors that the user can mend: a file that is missing, damaged or of another kind, a text that is too short.

/** Bad input. The message is one line that states the fact and the numbers; the command line exits with 2 on it. */
export class InputError extends Error {
  override name = 'InputError'
}
