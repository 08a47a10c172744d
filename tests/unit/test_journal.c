/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log: always JSON, always one line, whatever strangers typed. */
#include "common/effects/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/core/escape.h"
#include "tests/support/check.h"
#include "tests/support/temp.h"

/* The next write is cut to this many bytes; 0: none is. */
static size_t cut_write;

ssize_t __real_write(int fd, const void *buf, size_t len);
ssize_t __wrap_write(int fd, const void *buf, size_t len);

ssize_t
__wrap_write(int fd, const void *buf, size_t len)
{
	if (cut_write != 0 && cut_write < len)
		len = cut_write;
	cut_write = 0;
	return __real_write(fd, buf, len);
}

/* A strict reader of one flat JSON object (RFC 8259) that must end in a
 * newline. */
struct cursor {
	const char *at, *end;
};

static bool
eat(struct cursor *c, char want)
{
	if (c->at >= c->end || *c->at != want)
		return false;
	c->at++;
	return true;
}

static bool
eat_hex4(struct cursor *c, unsigned int *ret_unit)
{
	char digits[5] = "";

	if (c->end - c->at < 4)
		return false;
	memcpy(digits, c->at, 4);
	if (strspn(digits, "0123456789abcdefABCDEF") != 4)
		return false;
	*ret_unit = (unsigned int)strtoul(digits, NULL, 16);
	c->at += 4;
	return true;
}

static bool
eat_escape(struct cursor *c)
{
	unsigned int high, low;

	if (c->at < c->end && *c->at != 'u' && strchr("\"\\/bfnrt", *c->at)) {
		c->at++;
		return true;
	}
	if (!eat(c, 'u') || !eat_hex4(c, &high))
		return false;
	if (high < 0xd800 || high > 0xdfff)
		return true;
	return high < 0xdc00 && eat(c, '\\') && eat(c, 'u') &&
	       eat_hex4(c, &low) && low >= 0xdc00 && low <= 0xdfff;
}

/* A string in which nothing hidden stands unescaped. */
static bool
eat_string(struct cursor *c)
{
	if (!eat(c, '"'))
		return false;
	while (c->at < c->end && *c->at != '"') {
		uint32_t cp;
		size_t n;

		if (eat(c, '\\')) {
			if (!eat_escape(c))
				return false;
			continue;
		}
		n = id7_utf8_decode(c->at, (size_t)(c->end - c->at), &cp);
		if (n == 0 || id7_escape_hidden(cp))
			return false;
		c->at += n;
	}
	return eat(c, '"');
}

static bool
eat_value(struct cursor *c)
{
	const char *from = c->at;

	if (c->at < c->end && *c->at == '"')
		return eat_string(c);
	if (c->end - c->at >= 4 && memcmp(c->at, "true", 4) == 0) {
		c->at += 4;
		return true;
	}
	while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
		c->at++;
	return c->at > from && (*from != '0' || c->at == from + 1);
}

static bool
is_json_line(const char *text, size_t len)
{
	struct cursor c = {text, text + len};

	if (!eat(&c, '{'))
		return false;
	do {
		if (!eat_string(&c) || !eat(&c, ':') || !eat_value(&c))
			return false;
	} while (eat(&c, ','));
	return eat(&c, '}') && eat(&c, '\n') && c.at == c.end;
}

static struct id7_entry
empty_entry(void)
{
	return (struct id7_entry){.failures = -1, .uid = -1, .pid = -1};
}

static const char *
render(const struct id7_entry *entry)
{
	static char buf[ID7_ENTRY_MAX];
	size_t len = id7_journal_render(entry, buf, sizeof buf);

	CHECK_INT(len, strlen(buf));
	CHECK(is_json_line(buf, len));
	return buf;
}

static void
the_checker_refuses_what_is_not_json(void)
{
	static const char *const bad[] = {
		"",
		"{}\n",
		"{\"a\":1}",
		"{\"a\":01}\n",
		"{\"a\":\"\t\"}\n",
		"{\"a\":\"\\x41\"}\n",
		"{\"a\":\"\\u12g4\"}\n",
		"{\"a\":\"\\ud800\"}\n",
		"{\"a\":\"\xff\"}\n",
		"{\"a\":1,}\n",
		"{\"a\":\"\xe2\x80\xae\"}\n",
		"{\"a\":1}\n\n",
		"{\"a\":\"}\n",
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(!is_json_line(bad[i], strlen(bad[i])));
	CHECK(is_json_line("{\"a\":\"\\ud83d\\ude00\"}\n", 21));
}

static void
all_fields_stand_in_order(void)
{
	const struct id7_entry entry = {
		.wall = 1795339960,
		.event = "login",
		.verdict = "deny",
		.reason = "wrong",
		.user = "alice",
		.service = "sshd",
		.rhost = "192.0.2.7",
		.tty = "ssh",
		.lane = "remote",
		.reference = "7K2M9QXZ",
		.checked = "real",
		.failures = 3,
		.locked_now = true,
		.actor = "root",
		.note = "why",
		.uid = 0,
		.pid = 4711,
	};

	CHECK_STR(render(&entry),
		  "{\"v\":1,\"time\":\"2026-11-22T09:32:40Z\","
		  "\"event\":\"login\",\"verdict\":\"deny\","
		  "\"reason\":\"wrong\",\"user\":\"alice\","
		  "\"service\":\"sshd\",\"rhost\":\"192.0.2.7\","
		  "\"tty\":\"ssh\",\"lane\":\"remote\","
		  "\"reference\":\"7K2M9QXZ\",\"checked\":\"real\","
		  "\"failures\":3,\"locked_now\":true,\"actor\":\"root\","
		  "\"note\":\"why\",\"uid\":0,\"pid\":4711}\n");
}

static void
what_is_not_there_is_left_out(void)
{
	struct id7_entry entry = empty_entry();

	CHECK_STR(render(&entry),
		  "{\"v\":1,\"time\":\"1970-01-01T00:00:00Z\"}\n");
	entry.service = "";
	entry.failures = 0;
	CHECK_STR(render(&entry), "{\"v\":1,\"time\":\"1970-01-01T00:00:00Z\","
				  "\"service\":\"\",\"failures\":0}\n");
}

static void
times_are_rfc_3339(void)
{
	static const struct {
		int64_t wall;
		const char *want;
	} rows[] = {
		{0, "1970-01-01T00:00:00Z"},
		{86399, "1970-01-01T23:59:59Z"},
		{951782400, "2000-02-29T00:00:00Z"},
		{951868800, "2000-03-01T00:00:00Z"},
		{1709164800, "2024-02-29T00:00:00Z"},
		{1735689599, "2024-12-31T23:59:59Z"},
		{2147483648, "2038-01-19T03:14:08Z"},
		{4107542399, "2100-02-28T23:59:59Z"},
		{4107542400, "2100-03-01T00:00:00Z"},
		{253402300799, "9999-12-31T23:59:59Z"},
		{253402300800, "9999-12-31T23:59:59Z"},
		{INT64_MAX, "9999-12-31T23:59:59Z"},
		{-1, "1970-01-01T00:00:00Z"},
		{INT64_MIN, "1970-01-01T00:00:00Z"},
	};
	char want[64];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct id7_entry entry = empty_entry();

		entry.wall = rows[i].wall;
		snprintf(want, sizeof want, "{\"v\":1,\"time\":\"%s\"}\n",
			 rows[i].want);
		CHECK_STR(render(&entry), want);
	}
}

static void
foreign_bytes_are_inert(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"plain", "plain"},
		{"q\"q", "q\\\"q"},
		{"b\\b", "b\\\\b"},
		{"\n\r\t\x01\x1f\x7f",
		 "\\u000a\\u000d\\u0009\\u0001\\u001f\\u007f"},
		{"\x1b[31m", "\\u001b[31m"},
		{"\xc2\x9b", "\\u009b"},
		{"\xe2\x80\xae", "\\u202e"},
		{"\xe2\x80\x8b", "\\u200b"},
		{"\xe2\x80\xa8", "\\u2028"},
		{"\xef\xbb\xbf", "\\ufeff"},
		{"\xf3\xa0\x81\x81", "\\udb40\\udc41"},
		{"\xff", "\\\\xFF"},
		{"a\xc3", "a\\\\xC3"},
		{"\xed\xa0\x80", "\\\\xED\\\\xA0\\\\x80"},
		{"\xc0\xaf", "\\\\xC0\\\\xAF"},
		{"\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac"},
		{"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
	};
	char want[128];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct id7_entry entry = empty_entry();

		entry.rhost = rows[i].in;
		snprintf(want, sizeof want,
			 "{\"v\":1,\"time\":\"1970-01-01T00:00:00Z\","
			 "\"rhost\":\"%s\"}\n",
			 rows[i].out);
		CHECK_STR(render(&entry), want);
	}
}

static void
fill(struct id7_entry *entry, const char *text)
{
	*entry = (struct id7_entry){
		.wall = INT64_MAX,
		.event = text,
		.verdict = text,
		.reason = text,
		.user = text,
		.service = text,
		.rhost = text,
		.tty = text,
		.lane = text,
		.reference = text,
		.checked = text,
		.failures = INT64_MAX,
		.locked_now = true,
		.actor = text,
		.note = text,
		.uid = INT64_MAX,
		.pid = INT64_MAX,
	};
}

/* Every kind of character at every place of the cut: whole, and all keys there.
 */
static void
long_texts_are_cut_inside_their_string(void)
{
	static const char *const pieces[] = {
		"x",
		"\"",
		"\\",
		"\n",
		"\xff",
		"\xe6\x97\xa5",
		"\xf3\xa0\x81\x81",
		"\xe2\x80\xae",
		"\xc3",
	};
	char text[5000];
	struct id7_entry entry;

	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
		for (size_t lead = 0; lead < 16; lead++) {
			const char *line;
			size_t at = lead;

			memset(text, 'x', lead);
			while (at + 5 < sizeof text) {
				strcpy(text + at, pieces[i]);
				at += strlen(pieces[i]);
			}
			fill(&entry, text);
			line = render(&entry);
			CHECK(strlen(line) < ID7_ENTRY_MAX);
			CHECK(strstr(line, "...\",\"note\":\"") != NULL);
			CHECK(strstr(line, ",\"pid\":9223372036854775807}\n") !=
			      NULL);
		}
}

static void
a_text_of_the_limit_is_whole(void)
{
	char text[ID7_ENTRY_TEXT_MAX + 2];
	struct id7_entry entry = empty_entry();

	memset(text, 'x', sizeof text);
	text[ID7_ENTRY_TEXT_MAX] = '\0';
	entry.note = text;
	CHECK(strstr(render(&entry), text) != NULL);
	CHECK(strstr(render(&entry), "...") == NULL);
	text[ID7_ENTRY_TEXT_MAX] = 'x';
	text[ID7_ENTRY_TEXT_MAX + 1] = '\0';
	CHECK(strstr(render(&entry), "xxx...\"}") != NULL);
}

static void
random_bytes_never_break_a_line(void)
{
	uint64_t state = 88172645463325252u;
	struct id7_entry entry;
	char text[300];

	for (int round = 0; round < 3000; round++) {
		size_t len = (size_t)(state % sizeof text);

		for (size_t i = 0; i < len; i++) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			text[i] = (char)(state >> 24 | 1);
		}
		text[len] = '\0';
		fill(&entry, text);
		render(&entry);
		state += len + 1;
	}
}

static size_t
count_lines(struct temp *temp, bool ret_json[], size_t max)
{
	FILE *file = fopen(temp_path(temp, "log/log.jsonl"), "r");
	char line[2 * ID7_ENTRY_MAX];
	size_t n = 0;

	if (file == NULL)
		return 0;
	while (n < max && fgets(line, sizeof line, file) != NULL)
		if (strcmp(line, "\n") != 0)
			ret_json[n++] = is_json_line(line, strlen(line));
	fclose(file);
	return n;
}

static enum id7_error
append(struct temp *temp, const char *event, struct id7_fault *ret_fault)
{
	struct id7_entry entry = empty_entry();

	entry.event = event;
	return id7_journal_append(temp_path(temp, "log"), &entry, ret_fault);
}

static void
lines_are_appended(struct temp *temp)
{
	bool json[10] = {false};
	struct stat st = {0};

	CHECK_INT(append(temp, "one", NULL), ID7_OK);
	CHECK_INT(append(temp, "two", NULL), ID7_OK);
	CHECK_INT(count_lines(temp, json, 10), 2);
	CHECK(json[0] && json[1]);
	CHECK_INT(stat(temp_path(temp, "log"), &st), 0);
	CHECK_INT(st.st_mode & 07777, 0700);
	CHECK_INT(stat(temp_path(temp, "log/log.jsonl"), &st), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
}

static void
a_cut_write_spoils_one_line_only(struct temp *temp)
{
	struct id7_fault fault = {0};
	bool json[10] = {false};

	cut_write = 9;
	CHECK_INT(append(temp, "three", &fault), ID7_IO);
	CHECK_INT(fault.trouble, ID7_TROUBLE_FULL);
	CHECK_STR(fault.subject, temp_path(temp, "log/log.jsonl"));
	CHECK_INT(append(temp, "four", NULL), ID7_OK);
	CHECK_INT(count_lines(temp, json, 10), 4);
	CHECK(!json[2]);
	CHECK(json[3]);
}

static void
a_log_that_cannot_be_trusted_is_not_written(struct temp *temp)
{
	struct id7_fault fault;

	CHECK_INT(chmod(temp_path(temp, "log/log.jsonl"), 0644), 0);
	CHECK_INT(append(temp, "five", &fault), ID7_UNTRUSTED);
	CHECK_INT(fault.trouble, ID7_TROUBLE_MODE);
	CHECK_INT(chmod(temp_path(temp, "log/log.jsonl"), 0600), 0);
	CHECK_INT(id7_journal_append("/nonexistent/log",
				     &(struct id7_entry){.event = "x"}, &fault),
		  ID7_NOT_FOUND);
	CHECK_STR(fault.subject, "/nonexistent/log");
}

/* `ulimit -f` before a setuid program: no line, but no SIGXFSZ either. */
static void
a_size_limit_does_not_kill(struct temp *temp)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		struct rlimit limit = {10, 10};
		struct id7_fault fault = {0};

		setrlimit(RLIMIT_FSIZE, &limit);
		_exit(append(temp, "six", &fault) == ID7_IO &&
				      fault.errnum == EFBIG
			      ? 0
			      : 1);
	}
	waitpid(child, &status, 0);
	CHECK_INT(status, 0);
}

#define WRITERS 6
#define LINES 50

static void
writers_do_not_mix_their_lines(struct temp *temp)
{
	static bool json[WRITERS * LINES + 10];
	pid_t child[WRITERS];
	size_t n;

	CHECK_INT(unlink(temp_path(temp, "log/log.jsonl")), 0);
	for (int i = 0; i < WRITERS; i++) {
		child[i] = fork();
		if (child[i] != 0)
			continue;
		for (int j = 0; j < LINES; j++)
			if (append(temp, "together", NULL) != ID7_OK)
				_exit(1);
		_exit(0);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status = -1;

		waitpid(child[i], &status, 0);
		CHECK_INT(status, 0);
	}
	n = count_lines(temp, json, sizeof json / sizeof json[0]);
	CHECK_INT(n, WRITERS * LINES);
	for (size_t i = 0; i < n; i++)
		CHECK(json[i]);
}

int
main(void)
{
	struct temp temp;

	temp_make(&temp);
	the_checker_refuses_what_is_not_json();
	all_fields_stand_in_order();
	what_is_not_there_is_left_out();
	times_are_rfc_3339();
	foreign_bytes_are_inert();
	long_texts_are_cut_inside_their_string();
	a_text_of_the_limit_is_whole();
	random_bytes_never_break_a_line();
	lines_are_appended(&temp);
	a_cut_write_spoils_one_line_only(&temp);
	a_log_that_cannot_be_trusted_is_not_written(&temp);
	a_size_limit_does_not_kill(&temp);
	writers_do_not_mix_their_lines(&temp);
	temp_remove(&temp);
	return check_done();
}
