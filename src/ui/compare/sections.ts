// The sections of the room Compare below matrix and chart, one line each, in the order of the page. They are fetched
// when the room is entered.
import type { ComponentType } from 'react'

export const sections: readonly { name: string; Section: ComponentType }[] = []
