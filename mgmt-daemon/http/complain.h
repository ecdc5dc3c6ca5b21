/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log lines that strangers cause: never more than a few, however many they cause. */
#ifndef XMEMD_COMPLAIN_H
#define XMEMD_COMPLAIN_H

void xmemd_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* XMEMD_COMPLAIN_H */
