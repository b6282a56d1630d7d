// What the stories share: the names that assistive technology and scripts rely on.
import { expect, type Locator, type Page } from '@playwright/test'

/** A plan small enough for a software adapter. */
export const smallPlan = { samples: 4, windows: 2 }

export const status = (page: Page): Locator => page.getByRole('status').first()
export const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true })

/** Goes to another room. */
export async function room(page: Page, name: 'Play' | 'Layer' | 'Compare' | 'Lessons' | 'Open model'): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name, exact: true }).click()
}

/** Waits until the run says that it has finished. */
export async function finished(page: Page): Promise<void> {
  await expect(status(page)).toHaveText(/finished$/, { timeout: 180_000 })
}

/** The table of layer losses: for each tensor path its cells by column title. */
export async function lossTable(page: Page): Promise<Record<string, Record<string, string>>> {
  const table = page.getByRole('region', { name: 'Layer losses' }).getByRole('table')
  const titles = await table.getByRole('columnheader').allInnerTexts()
  const rows: Record<string, Record<string, string>> = {}
  for (const row of await table
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader') })
    .all()) {
    const path = (await row.getByRole('rowheader').textContent())?.match(/model\.layers\.\d+\.\w+\.\w+_proj/)?.[0] ?? ''
    const cells = await row.getByRole('cell').allInnerTexts()
    rows[path] = Object.fromEntries(titles.slice(1).map((title, i) => [title.trim(), cells[i]?.trim() ?? '']))
  }
  return rows
}

/** Errors of the page itself; a story ends with none. */
export function watchErrors(page: Page): string[] {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  return errors
}
