// dialogue.h - speech that has no quotation marks: posts, transcripts, interviews.
//
// Embedded posts by their signature or link; the lines of speakers by their labels; lines
// that begin with a dash. README of this folder has the rules.
// Layer: evidence.  May include: side, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_DIALOGUE_H
#define SHINGLED_EVIDENCE_DIALOGUE_H
#include "evidence/side.h"

// dialogue_mark sets MARK_SPEECH. Linear time, no memory.
void dialogue_mark(side *s);

#endif
