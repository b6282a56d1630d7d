// One line that can be copied as it stands, for search engines and bug reports.
import { useState } from 'react'
import { copyText } from './clipboard.ts'
import { Icon } from './icons.tsx'

export function FactLine({ text }: { text: string }) {
  const [copied, setCopied] = useState(false)
  return (
    <div className="fact-line">
      <code>{text}</code>
      <button type="button" className="btn small" onClick={() => setCopied(copyText(text))}>
        <Icon name={copied ? 'check' : 'copy'} />
        {copied ? 'Copied' : 'Copy this line'}
      </button>
    </div>
  )
}
