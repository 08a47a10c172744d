/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentences in both languages: the table, the languages, reasons and faults. */
#include <errno.h>

#include "common/core/escape.h"
#include "common/core/text.h"
#include "common/core/verdict.h"
#include "common/core/words.h"
#include "tests/support/check.h"

static void
table_is_sorted(void)
{
	CHECK(id7_words_ja_count > 50);
	for (size_t i = 0; i < id7_words_ja_count; i++) {
		const struct id7_word *word = &id7_words_ja[i];

		CHECK(word->msgid[0] != '\0' && word->translation[0] != '\0');
		CHECK(i == 0 || strcmp(word[-1].msgid, word->msgid) < 0);
		CHECK(id7_text(ID7_LANG_JA, word->msgid) == word->translation);
		CHECK(id7_text(ID7_LANG_EN, word->msgid) == word->msgid);
		CHECK(id7_text(ID7_LANG_SITE, word->msgid) == word->msgid);
		CHECK(id7_utf8_count(word->translation,
				     strlen(word->translation)) != SIZE_MAX);
	}
}

static void
look_up(void)
{
	const char *unknown = "no sentence of ours";

	CHECK_STR(id7_text(ID7_LANG_JA, "wrong password"),
		  "パスワードが違います");
	CHECK(id7_text(ID7_LANG_JA, unknown) == unknown);
	CHECK_STR(id7_text(ID7_LANG_JA, ""), "");
}

static void
languages(void)
{
	static const struct {
		const char *text;
		enum id7_lang lang;
	} cases[] = {
		{ "ja", ID7_LANG_JA },
		{ "ja_JP.UTF-8", ID7_LANG_JA },
		{ "ja_JP.eucJP", ID7_LANG_JA },
		{ "ja-JP", ID7_LANG_JA },
		{ "ja.UTF-8", ID7_LANG_JA },
		{ "ja@cjk", ID7_LANG_JA },
		{ "en", ID7_LANG_EN },
		{ "en_US.UTF-8", ID7_LANG_EN },
		{ "C", ID7_LANG_SITE },
		{ "C.UTF-8", ID7_LANG_SITE },
		{ "POSIX", ID7_LANG_SITE },
		{ "", ID7_LANG_SITE },
		{ "j", ID7_LANG_SITE },
		{ "jam", ID7_LANG_SITE },
		{ "JA", ID7_LANG_SITE },
		{ "english", ID7_LANG_SITE },
		{ "fr_FR", ID7_LANG_SITE },
		{ NULL, ID7_LANG_SITE },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		CHECK_INT(id7_lang_parse(cases[i].text), cases[i].lang);
	CHECK_STR(id7_lang_name(ID7_LANG_EN), "en");
	CHECK_STR(id7_lang_name(ID7_LANG_JA), "ja");
	CHECK_STR(id7_lang_name(ID7_LANG_SITE), "");
}

static void
reasons(void)
{
	for (unsigned int i = 0; i < ID7_REASON_COUNT; i++) {
		const char *text = id7_text_reason(i);

		CHECK(text != NULL && text[0] != '\0');
		CHECK(id7_text(ID7_LANG_JA, text) != text);
		for (unsigned int j = 0; j < i; j++)
			CHECK(strcmp(text, id7_text_reason(j)) != 0);
	}
	CHECK_STR(id7_text_reason(ID7_REASON_WRONG), "wrong password");
	CHECK_STR(id7_text_reason(ID7_REASON_COUNT),
		  id7_text_reason(ID7_REASON_NONE));
	CHECK_STR(id7_text_reason(~0u), id7_text_reason(ID7_REASON_NONE));
}

static struct id7_fault
fault_of(enum id7_error error, enum id7_trouble trouble, const char *subject)
{
	struct id7_fault fault = { .error = error, .trouble = trouble };

	snprintf(fault.subject, sizeof fault.subject, "%s", subject);
	return fault;
}

static void
check_says(const struct id7_fault *fault, const char *en, const char *ja)
{
	char buf[2048];

	CHECK_INT(id7_text_fault(ID7_LANG_EN, fault, buf, sizeof buf),
		  strlen(buf));
	check_say(strstr(buf, en) != NULL, __FILE__, __LINE__, buf);
	CHECK_INT(id7_text_fault(ID7_LANG_JA, fault, buf, sizeof buf),
		  strlen(buf));
	check_say(strstr(buf, ja) != NULL, __FILE__, __LINE__, buf);
}

/* The whole sentence of the faults that are met first. */
static void
fault_sentences(void)
{
	struct id7_fault fault;

	fault = fault_of(ID7_UNTRUSTED, ID7_TROUBLE_MODE, "/var/lib/7id");
	fault.found = 0755;
	fault.wanted = 0700;
	check_says(&fault,
		   "/var/lib/7id: mode is 0755, must be no more than 0700. "
		   "Run: chmod 0700 /var/lib/7id",
		   "実行してください: chmod 0700 /var/lib/7id");
	fault = fault_of(ID7_UNTRUSTED, ID7_TROUBLE_OWNER, "/etc/7id/keys");
	fault.found = 1000;
	check_says(&fault,
		   "belongs to uid 1000, must belong to uid 0. Run: chown 0 "
		   "/etc/7id/keys",
		   "chown 0 /etc/7id/keys");
	fault = fault_of(ID7_BAD_CONFIG, ID7_TROUBLE_SETTING, "/etc/7id.conf");
	fault.line = 12;
	snprintf(fault.detail, sizeof fault.detail, "deny = 99");
	check_says(&fault, "/etc/7id.conf, line 12: the setting deny = 99",
		   "/etc/7id.conf の 12 行目: 設定 deny = 99");
	fault.line = 0;
	check_says(&fault, "the setting deny = 99 cannot be used. Correct it",
		   "設定 deny = 99 は使えません");
	fault = fault_of(ID7_IO, ID7_TROUBLE_SYSCALL, "/var/lib/7id/meta");
	fault.errnum = EACCES;
	check_says(&fault, "meta: Permission denied. Run it as root", "root");
	fault.errnum = EIO;
	check_says(&fault, "meta: Input/output error. The disk", "ディスク");
	fault.errnum = EMFILE;
	check_says(&fault, "Too many open files", "ファイル数の上限");
	fault.errnum = ELOOP;
	check_says(&fault, "symbolic links", "dmesg");
	fault.errnum = 99999;
	check_says(&fault, "unknown error", "dmesg");
}

static void
fault_remedies(void)
{
	static const struct {
		enum id7_error error;
		enum id7_trouble trouble;
		const char *subject, *en, *ja;
	} cases[] = {
		{ ID7_NOT_FOUND, ID7_TROUBLE_MISSING, "/var/lib/7id/meta",
		  "run: 7idctl init", "7idctl init" },
		{ ID7_NO_KEY, ID7_TROUBLE_MISSING, "/etc/7id/keys",
		  "Restore the key file from your backup", "鍵ファイルをバックアップ" },
		{ ID7_NOT_FOUND, ID7_TROUBLE_MISSING, "/etc/7id/keys/1.key",
		  "cannot be opened without it", "これがないとストアは開けません" },
		{ ID7_NOT_FOUND, ID7_TROUBLE_MISSING, "/etc/7id.conf",
		  "the settings file does not exist", "設定ファイルがありません" },
		{ ID7_CORRUPT, ID7_TROUBLE_MISSING, "/var/lib/7id/0.3.db",
		  "is missing from the store", "ストアから失われています" },
		{ ID7_WRONG_KEY, ID7_TROUBLE_WRONG_KEY, "/etc/7id/keys/1.key",
		  "the site key is another store's", "別のストアのもの" },
		{ ID7_WRONG_KEY, ID7_TROUBLE_NONE, "/etc/7id/keys/1.key",
		  "the site key is another store's", "別のストアのもの" },
		{ ID7_CORRUPT, ID7_TROUBLE_DAMAGED, "/var/lib/7id/meta",
		  "7idctl store check", "7idctl store check" },
		{ ID7_CORRUPT, ID7_TROUBLE_DAMAGED, "/k/1.key",
		  "is not a key file", "鍵ファイルの形ではありません" },
		{ ID7_UNTRUSTED, ID7_TROUBLE_SYMLINK, "/s", "readlink -f /s",
		  "readlink -f /s" },
		{ ID7_UNTRUSTED, ID7_TROUBLE_LINKS, "/s", "-samefile /s",
		  "-samefile /s" },
		{ ID7_UNTRUSTED, ID7_TROUBLE_TYPE, "/s", "ls -ld /s",
		  "ls -ld /s" },
		{ ID7_IO, ID7_TROUBLE_READ_ONLY, "/s", "mounted read-only",
		  "読み取り専用" },
		{ ID7_IO, ID7_TROUBLE_FULL, "/s", "df /s", "df /s" },
		{ ID7_BUSY, ID7_TROUBLE_HELD, "/s", "fuser -v /s",
		  "fuser -v /s" },
		{ ID7_NEWER, ID7_TROUBLE_NEWER, "/s", "later version", "新しいバージョン" },
		{ ID7_NO_MEMORY, ID7_TROUBLE_NONE, "", "7id: not enough memory",
		  "メモリー" },
		{ ID7_EXISTS, ID7_TROUBLE_NONE, "/s", "exists already",
		  "すでに" },
		{ (enum id7_error)99, ID7_TROUBLE_NONE, "", "inside 7id itself",
		  "内部エラー" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct id7_fault fault = fault_of(
			cases[i].error, cases[i].trouble, cases[i].subject);

		check_says(&fault, cases[i].en, cases[i].ja);
	}
}

/* Every pair gives a sentence that starts with the thing, in both languages. */
static void
fault_is_never_silent(void)
{
	for (int error = ID7_OK; error <= ID7_INTERNAL + 1; error++) {
		for (int trouble = ID7_TROUBLE_NONE;
		     trouble <= ID7_TROUBLE_COST + 1; trouble++) {
			struct id7_fault fault =
				fault_of((enum id7_error)error,
					 (enum id7_trouble)trouble, "/thing");

			check_says(&fault, "/thing", "/thing");
		}
	}
}

static void
fault_is_safe(void)
{
	struct id7_fault fault;
	char buf[64];

	fault = fault_of(ID7_UNTRUSTED, ID7_TROUBLE_MODE,
			 "/a\x1b[2J/\xff/\xe2\x80\xae");
	check_says(&fault, "/a\\u{1B}[2J/\\xFF/\\u{202E}: mode is",
		   "/a\\u{1B}[2J/\\xFF/\\u{202E}: モード");
	fault = fault_of(ID7_UNTRUSTED, ID7_TROUBLE_MODE, "/a b;rm -r '/'");
	check_says(&fault, "chmod 0000 '/a b;rm -r '\\''/'\\'''",
		   "chmod 0000 '/a b;rm -r '\\''/'\\'''");
	memset(fault.subject, '%', sizeof fault.subject);
	CHECK(id7_text_fault(ID7_LANG_EN, &fault, buf, sizeof buf) == 63);
	memset(fault.subject, '\'', sizeof fault.subject);
	CHECK(id7_text_fault(ID7_LANG_EN, &fault, buf, sizeof buf) == 63);
	memset(fault.subject, '\n', sizeof fault.subject);
	CHECK(id7_text_fault(ID7_LANG_EN, &fault, buf, sizeof buf) == 63);
}

/* Cut anywhere, a sentence is still UTF-8 and terminated. */
static void
fault_is_cut_whole(void)
{
	struct id7_fault fault =
		fault_of(ID7_IO, ID7_TROUBLE_READ_ONLY, "/var/lib/7id");
	char buf[512];

	for (size_t size = 1; size < sizeof buf; size++) {
		size_t len;

		memset(buf, '!', sizeof buf);
		len = id7_text_fault(ID7_LANG_JA, &fault, buf, size);
		CHECK(len < size && buf[len] == '\0' && buf[size] == '!');
		CHECK(id7_utf8_count(buf, len) != SIZE_MAX);
	}
}

int
main(void)
{
	table_is_sorted();
	look_up();
	languages();
	reasons();
	fault_sentences();
	fault_remedies();
	fault_is_never_silent();
	fault_is_safe();
	fault_is_cut_whole();
	return check_done();
}
