/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stack files written anew: no_count where it belongs, includes from the copy. */
#include <stdint.h>

#include "admin/stack.h"
#include "tests/support/check.h"

static const struct {
	const char *before;
	const char *quiet;
	const char *loud;
} cases[] = {
	{"auth required pam_7id.so\n", "auth required pam_7id.so no_count\n",
	 "auth required pam_7id.so\n"},
	{"auth required pam_7id.so", "auth required pam_7id.so no_count",
	 "auth required pam_7id.so"},
	{"auth [success=1 default=ignore] /x/pam_7id.so\tdeny=3 # y\n",
	 "auth [success=1 default=ignore] /x/pam_7id.so no_count\tdeny=3 # y\n",
	 "auth [success=1 default=ignore] /x/pam_7id.so\tdeny=3 # y\n"},
	{"# pam_7id.so\nauth required pam_7id.sox\n",
	 "# pam_7id.so\nauth required pam_7id.sox\n",
	 "# pam_7id.so\nauth required pam_7id.sox\n"},
	{"auth required \\\n pam_7id.so\\\n deny=3\n",
	 "auth required \\\n pam_7id.so no_count\\\n deny=3\n",
	 "auth required \\\n pam_7id.so\\\n deny=3\n"},
	{"@include common-auth\n", "@include /to/common-auth\n",
	 "@include /to/common-auth\n"},
	{"auth include common\nauth\tsubstack  /from/common\n",
	 "auth include /to/common\nauth\tsubstack  /to/common\n",
	 "auth include /to/common\nauth\tsubstack  /to/common\n"},
	{"auth include /elsewhere/common\n", "auth include /elsewhere/common\n",
	 "auth include /elsewhere/common\n"},
	{"auth include \\\n common\n", "auth include \\\n /to/common\n",
	 "auth include \\\n /to/common\n"},
	{"auth required pam_x.so include common\n",
	 "auth required pam_x.so include common\n",
	 "auth required pam_x.so include common\n"},
	{"@include # common\ncommon x\n", "@include # common\ncommon x\n",
	 "@include # common\ncommon x\n"},
};

static void
rewrites(const char *before, bool quiet, const char *after)
{
	const struct stack_change change = {"/from", "/to", quiet};
	char out[512];
	size_t len = stack_rewrite(&change, before, strlen(before), out,
				   sizeof out - 1);

	CHECK(len != SIZE_MAX);
	out[len < sizeof out ? len : 0] = '\0';
	CHECK_STR(out, after);
	for (size_t size = 0; size < strlen(after); size++)
		CHECK(stack_rewrite(&change, before, strlen(before), out,
				    size) == SIZE_MAX);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		rewrites(cases[i].before, true, cases[i].quiet);
		rewrites(cases[i].before, false, cases[i].loud);
	}
	return check_done();
}
