// Package state keeps what ctplan remembers about a host: which settings it
// owns and what they were before (state.json), what an apply that is under
// way has done so far (journal), what earlier applies did (history/), and the
// lock that lets one ctplan at a time change any of it.
//
// Every file carries a digest, is replaced atomically and is on disk when a
// call returns, so that a full disk, a kill or a power loss leaves the old
// file or the new one. It never touches anything outside its directory and
// never guesses: a damaged file is an error, not an empty one.
package state
