/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verifiers: right, wrong, previous, nobody's; ceilings; and no memory is never
 * "wrong". */
#include "common/effects/verifier.h"

#include <errno.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/effects/secret.h"
#include "tests/support/check.h"
#include "tests/support/sanitize.h"

static const struct id7_cost cheap = {1, 8192};
static const struct id7_cost dearer = {2, 16384};
static const struct id7_cost_limits limits = {4, 1u << 20};
static const uint8_t print_key[32] = {5};
static uint32_t last_print;

/* Counts the slow hashes: what is refused before hashing costs none. */
static int hashes, hash_errno;
static bool hash_zeros;

int __real_crypto_pwhash(unsigned char *out, unsigned long long out_len,
			 const char *in, unsigned long long in_len,
			 const unsigned char *salt, unsigned long long opslimit,
			 size_t memlimit, int alg);
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long out_len,
			 const char *in, unsigned long long in_len,
			 const unsigned char *salt, unsigned long long opslimit,
			 size_t memlimit, int alg);
static unsigned long long used_opslimit;
static size_t used_memlimit;

int
__wrap_crypto_pwhash(unsigned char *out, unsigned long long out_len,
		     const char *in, unsigned long long in_len,
		     const unsigned char *salt, unsigned long long opslimit,
		     size_t memlimit, int alg)
{
	hashes++;
	used_opslimit = opslimit;
	used_memlimit = memlimit;
	if (hash_errno != 0) {
		errno = hash_errno;
		return -1;
	}
	if (hash_zeros) {
		memset(out, 0, (size_t)out_len);
		return 0;
	}
	return __real_crypto_pwhash(out, out_len, in, in_len, salt, opslimit,
				    memlimit, alg);
}

static enum id7_match
check_as(const struct id7_account *account, bool dummy, const char *password)
{
	enum id7_match match = ID7_MATCH_CURRENT;

	last_print = 99;
	hashes = 0;
	CHECK_INT(id7_verifier_check(account, dummy, password, strlen(password),
				     &limits, cheap, print_key, &match,
				     &last_print),
		  ID7_OK);
	CHECK_INT(hashes, 1);
	return match;
}

static enum id7_match
check(const struct id7_account *account, const char *password)
{
	return check_as(account, false, password);
}

static void
set(struct id7_account *account, const char *password, struct id7_cost cost,
    bool keep_old, int64_t when)
{
	CHECK_INT(id7_verifier_make(account, password, strlen(password), cost,
				    keep_old, when),
		  ID7_OK);
}

static void
right_and_wrong(void)
{
	struct id7_account account = {.name = "alice"};
	uint32_t right, wrong;

	set(&account, "correct horse", cheap, true, 100);
	CHECK_INT(check(&account, "correct horse"), ID7_MATCH_CURRENT);
	right = last_print;
	CHECK_INT(check(&account, "correct horsf"), ID7_MATCH_NONE);
	wrong = last_print;
	CHECK_INT(check(&account, "correct hors"), ID7_MATCH_NONE);
	CHECK_INT(check(&account, ""), ID7_MATCH_NONE);
	CHECK(right != 0 && wrong != 0 && right != wrong);
	CHECK_INT(check(&account, "correct horsf"), ID7_MATCH_NONE);
	CHECK_INT(last_print, wrong);
}

static void
a_verifier_is_argon2id_of_the_stored_salt(void)
{
	struct id7_account account = {0};
	uint8_t want[ID7_VERIFIER_LEN];

	set(&account, "abc", dearer, true, 0);
	CHECK_INT(__real_crypto_pwhash(want, sizeof want, "abc", 3,
				       account.salt, 2, 16384,
				       crypto_pwhash_ALG_ARGON2ID13),
		  0);
	CHECK_MEM(account.verifier, want, sizeof want);
}

static void
previous_passwords_are_known_as_old(void)
{
	struct id7_account account = {0};
	uint8_t salt[ID7_SALT_LEN];

	set(&account, "one", cheap, true, 100);
	memcpy(salt, account.salt, sizeof salt);
	set(&account, "two", cheap, true, 200);
	CHECK_MEM(account.salt, salt, sizeof salt);
	CHECK_INT(account.old_since[0], 200);
	CHECK_INT(account.old_since[1], 0);
	CHECK_INT(check(&account, "one"), ID7_MATCH_OLD);
	CHECK_INT(check(&account, "two"), ID7_MATCH_CURRENT);
	set(&account, "three", cheap, true, 300);
	CHECK_INT(account.old_since[0], 300);
	CHECK_INT(account.old_since[1], 200);
	CHECK_INT(check(&account, "one"), ID7_MATCH_OLD);
	CHECK_INT(check(&account, "two"), ID7_MATCH_OLD);
	CHECK_INT(check(&account, "three"), ID7_MATCH_CURRENT);
	set(&account, "four", cheap, true, 400);
	CHECK_INT(check(&account, "one"), ID7_MATCH_NONE);
	CHECK_INT(check(&account, "two"), ID7_MATCH_OLD);
	/* Back to an old one: it is the current one, whatever else it was. */
	set(&account, "three", cheap, true, 500);
	CHECK_INT(check(&account, "three"), ID7_MATCH_CURRENT);
	/* The same again pushes nothing out. */
	set(&account, "three", cheap, true, 600);
	CHECK_INT(account.old_since[0], 500);
	CHECK_INT(check(&account, "four"), ID7_MATCH_OLD);
}

static void
another_cost_means_another_salt_and_no_old_ones(void)
{
	struct id7_account account = {0};
	uint8_t salt[ID7_SALT_LEN];

	set(&account, "one", cheap, true, 100);
	set(&account, "two", cheap, true, 200);
	memcpy(salt, account.salt, sizeof salt);
	CHECK(id7_verifier_outgrown(&account, dearer));
	CHECK(!id7_verifier_outgrown(&account, cheap));
	CHECK(id7_verifier_outgrown(&account, (struct id7_cost){2, 8192}));
	CHECK(id7_verifier_outgrown(&account, (struct id7_cost){1, 8193}));
	set(&account, "two", dearer, false, 300);
	CHECK(!id7_verifier_outgrown(&account, cheap));
	CHECK(memcmp(account.salt, salt, sizeof salt) != 0);
	CHECK_INT(check(&account, "two"), ID7_MATCH_CURRENT);
	CHECK_INT(used_opslimit, 2);
	CHECK_INT(used_memlimit, 16384);
	CHECK_INT(check(&account, "one"), ID7_MATCH_NONE);
	CHECK(sodium_is_zero((uint8_t *)account.old_verifier,
			     sizeof account.old_verifier));
	CHECK_INT(account.old_since[0], 0);
}

static void
rehashing_at_the_same_cost_keeps_the_old_ones(void)
{
	struct id7_account account = {0};

	set(&account, "one", cheap, true, 100);
	set(&account, "two", cheap, true, 200);
	set(&account, "two", cheap, false, 300);
	CHECK_INT(account.old_since[0], 200);
	CHECK_INT(check(&account, "one"), ID7_MATCH_OLD);
}

static void
making_clears_what_an_import_left(void)
{
	struct id7_account account = {
		.flags = ID7_ACCOUNT_NO_VERIFIER | ID7_ACCOUNT_RAW_BYTES |
			 ID7_ACCOUNT_MUST_CHANGE,
		.crypt = "$6$salt$hash",
		.epoch = 7,
		.revision = 8,
	};

	set(&account, "one", cheap, true, 100);
	CHECK_INT(account.flags, ID7_ACCOUNT_MUST_CHANGE);
	CHECK(sodium_is_zero((uint8_t *)account.crypt, sizeof account.crypt));
	CHECK_INT(account.old_since[0], 0);
	CHECK_INT(account.epoch, 7);
	CHECK_INT(account.revision, 8);
	CHECK_INT(account.password_changed, 0);
}

static void
nobody_never_matches(void)
{
	struct id7_account none = {.cost = {1, 8192}};
	struct id7_account account = {0};

	CHECK_INT(check(NULL, "anything"), ID7_MATCH_NONE);
	CHECK_INT(last_print, 0);
	CHECK_INT(used_opslimit, 1);
	CHECK_INT(used_memlimit, 8192);
	CHECK_INT(check(&none, "anything"), ID7_MATCH_NONE);
	CHECK_INT(last_print, 0);
	set(&account, "right", dearer, true, 0);
	account.flags |= ID7_ACCOUNT_NO_VERIFIER;
	CHECK_INT(check(&account, "right"), ID7_MATCH_NONE);
	CHECK_INT(used_memlimit, 8192);
	account.flags = 0;
	CHECK_INT(check_as(&account, true, "right"), ID7_MATCH_NONE);
	CHECK_INT(last_print, 0);
	CHECK_INT(used_memlimit, 16384);
	CHECK_INT(check(&account, "right"), ID7_MATCH_CURRENT);
}

/* Whatever the dummy's hash comes to, zeros are not a verifier. */
static void
a_dummy_that_would_match_does_not(void)
{
	struct id7_account account = {.cost = {1, 8192}};

	set(&account, "right", cheap, true, 0);
	memcpy(account.old_verifier[1], account.verifier, ID7_VERIFIER_LEN);
	memset(account.verifier, 0, ID7_VERIFIER_LEN);
	CHECK_INT(check(&account, "right"), ID7_MATCH_NONE);
	hash_zeros = true;
	CHECK_INT(check(&account, "right"), ID7_MATCH_NONE);
	CHECK_INT(check(NULL, "right"), ID7_MATCH_NONE);
	memset(account.verifier, 1, ID7_VERIFIER_LEN);
	memset(account.old_verifier, 0, sizeof account.old_verifier);
	CHECK_INT(check(&account, "right"), ID7_MATCH_NONE);
	hash_zeros = false;
}

static void
costs_beyond_the_ceiling_are_refused_before_hashing(void)
{
	static const struct {
		struct id7_cost cost;
		enum id7_error error;
	} rows[] = {
		{{5, 8192}, ID7_CORRUPT},
		{{0, 8192}, ID7_CORRUPT},
		{{1, 8191}, ID7_CORRUPT},
		{{1, 0}, ID7_CORRUPT},
		{{1, (1u << 20) + 1}, ID7_CORRUPT},
		{{1, UINT64_MAX}, ID7_CORRUPT},
		{{UINT32_MAX, UINT64_MAX}, ID7_CORRUPT},
		{{4, 1u << 20}, ID7_OK},
	};
	struct id7_account account = {0};

	set(&account, "right", cheap, true, 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum id7_match match = ID7_MATCH_CURRENT;
		uint32_t print = 99;

		account.cost = rows[i].cost;
		hashes = 0;
		CHECK_INT(id7_verifier_check(&account, i % 2, "right", 5,
					     &limits, cheap, print_key, &match,
					     &print),
			  rows[i].error);
		CHECK_INT(match, ID7_MATCH_NONE);
		CHECK_INT(hashes, rows[i].error == ID7_OK);
		if (rows[i].error != ID7_OK)
			CHECK_INT(print, 0);
	}
}

static void
impossible_costs_are_not_made(void)
{
	static const struct id7_cost rows[] = {
		{0, 8192}, {1, 8191}, {1, 0}, {1, UINT64_MAX}};
	struct id7_account account = {0}, before;

	set(&account, "right", cheap, true, 0);
	before = account;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CHECK_INT(
			id7_verifier_make(&account, "new", 3, rows[i], true, 5),
			ID7_INVALID);
		CHECK_MEM(&account, &before, sizeof account);
	}
}

static void
a_failing_hash_is_an_error_whatever_errno_says(void)
{
	static const int numbers[] = {ENOMEM, EINVAL, EIO, EAGAIN};
	struct id7_account account = {0}, before;

	set(&account, "right", cheap, true, 0);
	before = account;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		enum id7_match match = ID7_MATCH_CURRENT;
		uint32_t print = 99;

		hash_errno = numbers[i];
		CHECK_INT(id7_verifier_check(&account, false, "right", 5,
					     &limits, cheap, print_key, &match,
					     &print),
			  ID7_NO_MEMORY);
		CHECK_INT(match, ID7_MATCH_NONE);
		CHECK_INT(print, 0);
		CHECK_INT(id7_verifier_make(&account, "new", 3, cheap, true, 5),
			  ID7_NO_MEMORY);
		CHECK_MEM(&account, &before, sizeof account);
	}
	hash_errno = 0;
}

/* The real thing: an address space too small for the memory that is asked for.
 */
static void
too_little_memory_is_told_from_wrong(void)
{
	const struct id7_cost_limits wide = {4, (uint64_t)1 << 31};
	const struct id7_cost big = {1, (uint64_t)1 << 30};
	pid_t child;
	int status = -1;

	if (HAS_ASAN)
		return;
	child = fork();
	if (child == 0) {
		struct rlimit room = {256u << 20, 256u << 20};
		struct id7_account account = {0};
		enum id7_match match = ID7_MATCH_CURRENT;
		uint32_t print;
		enum id7_error error;

		if (setrlimit(RLIMIT_AS, &room) != 0)
			_exit(2);
		set(&account, "right", cheap, true, 0);
		account.cost = big;
		error = id7_verifier_check(&account, false, "right", 5, &wide,
					   cheap, print_key, &match, &print);
		_exit(error == ID7_NO_MEMORY && match == ID7_MATCH_NONE ? 0
									: 1);
	}
	waitpid(child, &status, 0);
	CHECK_INT(status, 0);
}

static void
every_flipped_bit_of_a_verifier_is_wrong(void)
{
	struct id7_account account = {0};

	set(&account, "right", cheap, true, 0);
	for (size_t bit = 0; bit < ID7_VERIFIER_LEN * 8; bit++) {
		account.verifier[bit / 8] ^= (uint8_t)(1u << bit % 8);
		CHECK_INT(check(&account, "right"), ID7_MATCH_NONE);
		account.verifier[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void
fingerprints_depend_on_the_key(void)
{
	static const uint8_t other_key[32] = {6};
	struct id7_account account = {0};
	enum id7_match match;
	uint32_t print;

	set(&account, "right", cheap, true, 0);
	CHECK_INT(check(&account, "wrong"), ID7_MATCH_NONE);
	CHECK_INT(id7_verifier_check(&account, false, "wrong", 5, &limits,
				     cheap, other_key, &match, &print),
		  ID7_OK);
	CHECK(print != last_print);
}

int
main(void)
{
	CHECK_INT(id7_crypto_start(), ID7_OK);
	right_and_wrong();
	a_verifier_is_argon2id_of_the_stored_salt();
	previous_passwords_are_known_as_old();
	another_cost_means_another_salt_and_no_old_ones();
	rehashing_at_the_same_cost_keeps_the_old_ones();
	making_clears_what_an_import_left();
	nobody_never_matches();
	a_dummy_that_would_match_does_not();
	costs_beyond_the_ceiling_are_refused_before_hashing();
	impossible_costs_are_not_made();
	a_failing_hash_is_an_error_whatever_errno_says();
	too_little_memory_is_told_from_wrong();
	every_flipped_bit_of_a_verifier_is_wrong();
	fingerprints_depend_on_the_key();
	return check_done();
}
