// version.h - the three version numbers of shingled, each with its own policy.
#ifndef SHINGLED_VERSION_H
#define SHINGLED_VERSION_H

#define SHG_VERSION "0.1.0" // of the programs: SemVer; meson.build reads it from here
#define SHG_PROTO 1         // of the wire: the digit in the magic frame "SHG1"
#define SHG_FORMAT 6        // of the store: daemon/store/FORMAT.md says what a bump takes

#endif
