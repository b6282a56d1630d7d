// What is read from a server cannot be kept on this disk: a line, as everything goes on without it.
import { Strip } from '../Strip.tsx'
import { useSession } from '../session.ts'

export function Unkept() {
  const reason = useSession((session) => session.unkept)
  if (reason === undefined) return null
  return (
    <Strip tone="neutral" title="Not everything that is read can be kept on this disk.">
      What is missing there is asked for again whenever it is needed; the numbers stay the same. The reason: {reason}
    </Strip>
  )
}
