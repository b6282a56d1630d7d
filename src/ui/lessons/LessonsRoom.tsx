// The room Lessons.

export function LessonsRoom() {
  return (
    <main className="page" id="main">
      <h1>Lessons</h1>
    </main>
  )
}
