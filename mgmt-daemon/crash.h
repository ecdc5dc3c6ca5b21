/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Marks the places between two steps of a change. The daemon has nothing there;
 * the one that tests build can be told to die at any of them.
 */
#ifndef XMEMD_CRASH_H
#define XMEMD_CRASH_H

#ifdef XMEMD_TEST
void xmemd_crash_point(void);
#else
static inline void xmemd_crash_point(void)
{
}
#endif

#endif /* XMEMD_CRASH_H */
