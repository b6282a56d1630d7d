// Lessons read to their end, remembered on this device.
const KEY = 'cdquant-lessons'

function read(): readonly string[] {
  try {
    return (localStorage.getItem(KEY) ?? '').split(',')
  } catch {
    return [] // storage may be switched off; nothing is then remembered
  }
}

export const wasRead = (name: string): boolean => read().includes(name)

export function remember(name: string): void {
  if (wasRead(name)) return
  try {
    localStorage.setItem(KEY, [...read().filter(Boolean), name].join(','))
  } catch {
    return // not remembered, as above
  }
}
