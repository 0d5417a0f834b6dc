// address.h - the parts of a web address (RFC 3986), as views of it.
// Layer: evidence.  May include: base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_ADDRESS_H
#define SHINGLED_EVIDENCE_ADDRESS_H
#include "base/view.h"

// address_bare leaves out scheme, "www." and a slash at the end.
view address_bare(view v);

// address_host is its host: of "https://me@www.example.org:80/a" example.org. What is no
// address is its own host up to the first of / ? # :
view address_host(view v);

// address_label is the host's first label ("example"); all of what has no dot.
view address_label(view v);

#endif
