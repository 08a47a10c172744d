/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Site keys: made once, read back, and every other file refused by name. */
#include "common/effects/keys.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/temp.h"

#define HEX32 "00112233445566778899aabbccddeeff"

static void
put(const char *path, const char *text, size_t len, mode_t mode)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		return;
	fwrite(text, 1, len, file);
	fclose(file);
	chmod(path, mode);
}

static enum id7_error
read_key(struct temp *temp, uint32_t id, struct id7_fault *ret_fault)
{
	auto_secret *key = NULL;
	enum id7_error error = id7_keys_read(temp->dir, id, &key, ret_fault);

	CHECK_INT(key != NULL, error == ID7_OK);
	return error;
}

static void
a_made_key_is_read_back(void)
{
	struct temp temp;
	auto_secret *one = NULL;
	auto_secret *again = NULL;
	auto_secret *two = NULL;
	struct id7_fault fault;
	struct stat st = {0};

	temp_make(&temp);
	CHECK_INT(rmdir(temp.dir), 0);
	CHECK_INT(id7_keys_make(temp.dir, 1, NULL), ID7_OK);
	CHECK_INT(id7_keys_read(temp.dir, 1, &one, NULL), ID7_OK);
	CHECK_INT(one->len, ID7_KEY_LEN);
	CHECK_INT(id7_keys_make(temp.dir, 1, &fault), ID7_EXISTS);
	CHECK_INT(fault.error, ID7_EXISTS);
	CHECK_INT(id7_keys_read(temp.dir, 1, &again, NULL), ID7_OK);
	CHECK_MEM(one->bytes, again->bytes, ID7_KEY_LEN);
	CHECK_INT(id7_keys_make(temp.dir, 4294967295u, NULL), ID7_OK);
	CHECK_INT(id7_keys_read(temp.dir, 4294967295u, &two, NULL), ID7_OK);
	CHECK(memcmp(one->bytes, two->bytes, ID7_KEY_LEN) != 0);
	CHECK_INT(stat(temp.dir, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0700);
	CHECK_INT(stat(temp_path(&temp, "1.key"), &st), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(st.st_size, 12 + 64 + 1);
	CHECK(access(temp_path(&temp, "1.key.tmp"), F_OK) != 0);
	temp_remove(&temp);
}

static void
the_form_is_exact(struct temp *temp)
{
	static const struct {
		const char *text;
		enum id7_error error;
		enum id7_trouble trouble;
	} rows[] = {
		{"7id-key 1 7\n" HEX32 HEX32 "\n", ID7_OK, 0},
		{"7id-key 1 7\n" HEX32 HEX32, ID7_CORRUPT, ID7_TROUBLE_DAMAGED},
		{"7id-key 1 8\n" HEX32 HEX32 "\n", ID7_CORRUPT,
		 ID7_TROUBLE_DAMAGED},
		{"7id-key 1 7\n" HEX32 HEX32 "\n\n", ID7_CORRUPT,
		 ID7_TROUBLE_DAMAGED},
		{"7id-key 1 7\n" HEX32 "0011223344556677 899aabbccddeeff\n",
		 ID7_CORRUPT, ID7_TROUBLE_DAMAGED},
		{"7id-key 1 7\n" HEX32 "00112233445566778899AABBCCDDEEFF\n",
		 ID7_CORRUPT, ID7_TROUBLE_DAMAGED},
		{"7id-key 1 7\n" HEX32 "\n", ID7_CORRUPT, ID7_TROUBLE_DAMAGED},
		{"7id-key 2 7\n" HEX32 HEX32 "\n", ID7_NEWER,
		 ID7_TROUBLE_NEWER},
		{"7id-key 10 7\n" HEX32 HEX32 "\n", ID7_NEWER,
		 ID7_TROUBLE_NEWER},
		{"7id-key 1", ID7_CORRUPT, ID7_TROUBLE_DAMAGED},
		{"7id-key ", ID7_CORRUPT, ID7_TROUBLE_DAMAGED},
		{"", ID7_CORRUPT, ID7_TROUBLE_DAMAGED},
		{HEX32 HEX32 HEX32 HEX32 HEX32, ID7_CORRUPT, ID7_TROUBLE_SIZE},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct id7_fault fault = {0};

		put(temp_path(temp, "7.key"), rows[i].text,
		    strlen(rows[i].text), 0600);
		CHECK_INT(read_key(temp, 7, &fault), rows[i].error);
		CHECK_INT(fault.trouble, rows[i].trouble);
		if (rows[i].error != ID7_OK)
			CHECK_STR(fault.subject, temp_path(temp, "7.key"));
	}
}

static void
the_bytes_are_the_digits(struct temp *temp)
{
	static const uint8_t want[] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55,
				       0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb,
				       0xcc, 0xdd, 0xee, 0xff};
	const char text[] = "7id-key 1 7\n" HEX32 HEX32 "\n";
	auto_secret *key = NULL;

	put(temp_path(temp, "7.key"), text, sizeof text - 1, 0600);
	CHECK_INT(id7_keys_read(temp->dir, 7, &key, NULL), ID7_OK);
	CHECK_MEM(key->bytes, want, 16);
	CHECK_MEM(key->bytes + 16, want, 16);
}

static void
every_damaged_byte_is_noticed_or_is_the_key(struct temp *temp)
{
	const char good[] = "7id-key 1 7\n" HEX32 HEX32 "\n";
	char text[sizeof good];

	for (size_t i = 0; i < sizeof good - 1; i++) {
		memcpy(text, good, sizeof good);
		text[i] = (char)(text[i] ^ 0x80);
		put(temp_path(temp, "7.key"), text, sizeof text - 1, 0600);
		CHECK_INT(read_key(temp, 7, NULL), ID7_CORRUPT);
		put(temp_path(temp, "7.key"), good, i, 0600);
		CHECK_INT(read_key(temp, 7, NULL), ID7_CORRUPT);
	}
}

static void
absent_and_untrusted_keys_are_told_apart(struct temp *temp)
{
	const char text[] = "7id-key 1 7\n" HEX32 HEX32 "\n";
	struct id7_fault fault;

	CHECK_INT(read_key(temp, 9, &fault), ID7_NO_KEY);
	CHECK_INT(fault.error, ID7_NO_KEY);
	CHECK_INT(fault.trouble, ID7_TROUBLE_MISSING);
	CHECK_STR(fault.subject, temp_path(temp, "9.key"));
	put(temp_path(temp, "7.key"), text, sizeof text - 1, 0640);
	CHECK_INT(read_key(temp, 7, &fault), ID7_UNTRUSTED);
	CHECK_INT(fault.trouble, ID7_TROUBLE_MODE);
	CHECK_INT(chmod(temp_path(temp, "7.key"), 0600), 0);
	CHECK_INT(chmod(temp->dir, 0755), 0);
	CHECK_INT(read_key(temp, 7, &fault), ID7_UNTRUSTED);
	CHECK_STR(fault.subject, temp->dir);
	CHECK_INT(id7_keys_make(temp->dir, 8, &fault), ID7_UNTRUSTED);
	CHECK_INT(chmod(temp->dir, 0700), 0);
	CHECK_INT(id7_keys_read("/nonexistent/keys", 1,
				&(struct id7_secret *){NULL}, &fault),
		  ID7_NO_KEY);
	CHECK_INT(id7_keys_make("/nonexistent/keys", 1, &fault), ID7_NOT_FOUND);
}

#define MAKERS 8

static void
of_many_makers_one_makes_it(struct temp *temp)
{
	pid_t child[MAKERS];
	int made = 0, others = 0;

	for (int i = 0; i < MAKERS; i++) {
		child[i] = fork();
		if (child[i] == 0)
			_exit((int)id7_keys_make(temp->dir, 50, NULL));
	}
	for (int i = 0; i < MAKERS; i++) {
		int status = -1;

		waitpid(child[i], &status, 0);
		made += status == 0;
		others +=
			WIFEXITED(status) && WEXITSTATUS(status) == ID7_EXISTS;
	}
	CHECK_INT(made, 1);
	CHECK_INT(others, MAKERS - 1);
	CHECK_INT(read_key(temp, 50, NULL), ID7_OK);
	CHECK(access(temp_path(temp, "50.key.tmp"), F_OK) != 0);
}

/* What a crash left of an attempt to make the key does no harm. */
static void
a_leftover_is_written_over(struct temp *temp)
{
	char leftover[200];

	memset(leftover, 'x', sizeof leftover);
	put(temp_path(temp, "60.key.tmp"), leftover, sizeof leftover, 0600);
	CHECK_INT(id7_keys_make(temp->dir, 60, NULL), ID7_OK);
	CHECK_INT(read_key(temp, 60, NULL), ID7_OK);
}

int
main(void)
{
	struct temp temp;

	CHECK_INT(id7_crypto_start(), ID7_OK);
	a_made_key_is_read_back();
	temp_make(&temp);
	the_form_is_exact(&temp);
	the_bytes_are_the_digits(&temp);
	every_damaged_byte_is_noticed_or_is_the_key(&temp);
	absent_and_untrusted_keys_are_told_apart(&temp);
	of_many_makers_one_makes_it(&temp);
	a_leftover_is_written_over(&temp);
	temp_remove(&temp);
	return check_done();
}
