/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A one-time code that somebody types. */
#ifndef ID7_ADMIN_TYPED_H
#define ID7_ADMIN_TYPED_H

#include "admin/ctl.h"
#include "common/core/code.h"

/*
 * Reads a code of `kind` from standard input, or from the terminal where that is
 * one. CTL_DONE with *ret_code, which the caller wipes; CTL_POLICY for what has
 * not the form of such a code or was mistyped; CTL_ERROR when nothing came (all
 * said).
 */
enum ctl_exit typed_code(const struct ctl *ctl, enum id7_code_kind kind,
			 struct id7_code *ret_code);

#endif
