/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A one-time code that somebody types. */
#include "admin/typed.h"

#include <stdio.h>

#include "admin/ask.h"

/* What such a code looks like; its letter is public. */
static const char *
form_of(enum id7_code_kind kind)
{
	switch (kind) {
	case ID7_CODE_UNLOCK:
		return "7U-XXXX-XXXX-XXXX-X";
	case ID7_CODE_RESET:
		return "7R-XXXX-XXXX-XXXX-X";
	case ID7_CODE_CONFIRM:
		return "7C-XXXX-XXXX-XXXX-X";
	case ID7_CODE_VOID:
		return "7V-XXXX-XXXX-XXXX-X";
	case ID7_CODE_SAVED:
		return "7S-XXXX-XXXX-XXXXX-X";
	}
	return "";
}

/* A slip under another kind's prefix is no code of this kind either, but the
 * check symbol covers the prefix: both are said as they look. */
static enum ctl_exit
judge(const struct ctl *ctl, enum id7_code_kind kind, enum id7_code_typed typed,
      const struct id7_code *code)
{
	switch (typed) {
	case ID7_CODE_WELL_FORMED:
		if (code->kind == kind)
			return CTL_DONE;
		break;
	case ID7_CODE_SLIP:
		return ctl_fail(ctl, CTL_POLICY,
				ID7_N("a symbol of the code is mistyped; "
				      "nothing is changed"));
	case ID7_CODE_NO:
	case ID7_CODE_REQUEST:
		break;
	}
	return ctl_fail(ctl, CTL_POLICY,
			ID7_N("that is no code of the form %s; nothing is "
			      "changed"),
			form_of(kind));
}

enum ctl_exit
typed_code(const struct ctl *ctl, enum id7_code_kind kind,
	   struct id7_code *ret_code)
{
	struct id7_code code = {0};
	auto_secret *line = NULL;
	char prompt[128];
	enum ctl_exit result;

	snprintf(prompt, sizeof prompt, TEXT(ctl, ID7_N("Code (%s): ")),
		 form_of(kind));
	result = ask_unseen(ctl, prompt, &line);
	if (result == CTL_DONE)
		result = judge(ctl, kind,
			       id7_code_parse((const char *)line->bytes,
					      line->len, &code),
			       &code);
	if (result == CTL_DONE)
		*ret_code = code;
	id7_wipe(&code, sizeof code);
	return result;
}
