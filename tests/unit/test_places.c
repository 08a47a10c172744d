/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line of each setting, in both files' spelling. */
#include "common/core/places.h"

#include "tests/support/check.h"

static void
read_text(struct id7_places *places, const char *text, uint32_t where,
	  const char *file)
{
	id7_places_read(places, text, strlen(text), where, file);
}

static uint32_t
line_of(const struct id7_places *places, const char *name)
{
	return id7_places_find(places, name).line;
}

static void
test_every_setting_has_a_place(void)
{
	size_t count = 0;

	while (id7_config_setting(count) != NULL)
		count++;
	CHECK(count > 20 && count <= ID7_PLACES);
}

static void
test_lines(void)
{
	struct id7_places places = {0};

	read_text(&places,
		  "\xef\xbb\xbf# a comment\n\ndeny = 3\r\n  unlock_time 10m\n"
		  "deny=4 # again\n\tsilent\nlanes = maybe\nnonsense = 1\n"
		  "#even_deny_root\nopslimit = 900\nmin_length=20",
		  ID7_IN_FILE, "own");
	CHECK_INT(line_of(&places, "deny"), 5);
	CHECK_STR(id7_places_find(&places, "deny").file, "own");
	CHECK_INT(line_of(&places, "unlock_time"), 4);
	CHECK_INT(line_of(&places, "silent"), 6);
	CHECK_INT(line_of(&places, "lanes"), 0);
	CHECK(id7_places_find(&places, "lanes").file == NULL);
	CHECK(id7_places_find(&places, "nonsense").file == NULL);
	CHECK_INT(line_of(&places, "even_deny_root"), 0);
	CHECK_INT(line_of(&places, "opslimit"), 10);
	CHECK_INT(line_of(&places, "min_length"), 11);
	CHECK_STR(places.faillock_dir, "");
}

static void
test_faillock_and_own(void)
{
	struct id7_places places = {0};

	read_text(&places,
		  "dir = /var/log/faillock # kept\ndeny=3\naudit#x\n"
		  "lanes = no\ndeny = 99\nroot_unlock_time = 60\n",
		  ID7_IN_FAILLOCK, "theirs");
	CHECK_STR(places.faillock_dir, "/var/log/faillock");
	CHECK_INT(places.faillock_dir_place.line, 1);
	CHECK_INT(line_of(&places, "deny"), 2);
	CHECK_INT(line_of(&places, "audit"), 3);
	CHECK(id7_places_find(&places, "lanes").file == NULL);
	CHECK_INT(line_of(&places, "root_unlock_time"), 6);
	CHECK_INT(line_of(&places, "even_deny_root"), 6);
	read_text(&places, "\ndeny = 5\n", ID7_IN_FILE, "own");
	CHECK_STR(id7_places_find(&places, "deny").file, "own");
	CHECK_INT(line_of(&places, "deny"), 2);
	CHECK_STR(id7_places_find(&places, "audit").file, "theirs");
}

static void
test_odd_bytes(void)
{
	static const char odd[] = "deny\0= 3\ndir =\ndir = # /x\n=\n = 3\n\xff";
	struct id7_places places = {0};
	char longest[5000];

	id7_places_read(&places, odd, sizeof odd - 1, ID7_IN_FAILLOCK, "f");
	CHECK_INT(line_of(&places, "deny"), 0);
	CHECK_STR(places.faillock_dir, "");
	memset(longest, '/', sizeof longest);
	memcpy(longest, "dir = ", 6);
	id7_places_read(&places, longest, sizeof longest, ID7_IN_FAILLOCK, "f");
	CHECK_STR(places.faillock_dir, "");
	id7_places_read(&places, "", 0, ID7_IN_FILE, "f");
}

int
main(void)
{
	test_every_setting_has_a_place();
	test_lines();
	test_faillock_and_own();
	test_odd_bytes();
	return check_done();
}
