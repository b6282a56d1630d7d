// The room Compare.

export function CompareRoom() {
  return (
    <main className="page" id="main">
      <h1>Many runs</h1>
    </main>
  )
}
