/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a lock to a mail: who is told what, once, in which words, with which
 * codes; and what happens when nothing can be sent. */
#include "common/usecases/notices.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "common/effects/lock.h"
#include "common/usecases/codes.h"
#include "tests/support/check.h"
#include "tests/support/temp_login.h"

struct scene {
	struct temp_login l;
	struct id7 *id7;
	char box[100]; /* where the sendmail of the test appends */
	struct id7_flushed done;
	unsigned int templates, silent;
	char problem[200];
	void (*meanwhile)(struct scene *scene); /* at the first letter */
};

/* A sendmail that appends each mail whole, or does something else. */
static void
mailer(struct scene *scene, const char *does)
{
	char path[120];
	FILE *file;

	snprintf(path, sizeof path, "%.60s/sendmail", scene->l.t.temp.dir);
	file = fopen(path, "w");
	if (file == NULL)
		_exit(99);
	fprintf(file, "#!/bin/sh\n%s\n", does);
	fclose(file);
	chmod(path, 0755);
	snprintf(scene->l.config.sendmail, sizeof scene->l.config.sendmail,
		 "%s", path);
}

static void
good_mailer(struct scene *scene)
{
	char does[400];

	snprintf(does, sizeof does,
		 "m=$(cat)\nprintf 'RCPT %%s\\n%%s\\nEND\\n' \"$3\" \"$m\" "
		 ">> %s",
		 scene->box);
	mailer(scene, does);
}

static void
open_again(struct scene *scene)
{
	id7_close(&scene->id7);
	scene->id7 = temp_login_open(&scene->l);
}

static void
start(struct scene *scene)
{
	memset(scene, 0, sizeof *scene);
	temp_login_make(&scene->l);
	chmod(scene->l.t.temp.dir, 0755);
	snprintf(scene->box, sizeof scene->box, "%.60s/box",
		 scene->l.t.temp.dir);
	snprintf(scene->l.config.mail_user, sizeof scene->l.config.mail_user,
		 "nobody");
	snprintf(scene->l.config.mail_dir, sizeof scene->l.config.mail_dir,
		 "%.60s/mail", scene->l.t.temp.dir);
	scene->l.config.policy.deny = 2;
	good_mailer(scene);
	close(open(scene->box, O_CREAT | O_WRONLY, 0666));
	chmod(scene->box, 0666);
	scene->id7 = temp_login_open(&scene->l);
}

static void
finish(struct scene *scene)
{
	id7_close(&scene->id7);
	temp_remove(&scene->l.t.temp);
}

static void
hear(const struct id7_news *news, void *context)
{
	struct scene *scene = context;

	scene->templates += news->kind == ID7_NEWS_TEMPLATE;
	scene->silent += news->kind == ID7_NEWS_SILENT;
	if (news->kind == ID7_NEWS_QUEUED && scene->meanwhile != NULL) {
		void (*now)(struct scene *) = scene->meanwhile;

		scene->meanwhile = NULL;
		now(scene);
	}
	if (news->kind == ID7_NEWS_TEMPLATE && news->problem != NULL)
		snprintf(scene->problem, sizeof scene->problem, "%s %u %s",
			 strrchr(news->path, '/'), news->problem->line,
			 news->problem->what);
	if (news->kind == ID7_NEWS_TROUBLE)
		fprintf(stderr, "trouble: %s, error %d, errno %d\n",
			news->fault->subject, (int)news->fault->error,
			news->fault->errnum);
}

static enum id7_error
flush(struct scene *scene, bool scan)
{
	const struct id7_flush how = {scan, hear, scene};
	struct id7_fault fault = {0};

	open_again(scene);
	return id7_notices_flush(scene->id7, &how, &scene->done, &fault);
}

static bool
set_address(struct id7_account *account, const struct id7_now *now,
	    void *context)
{
	const char *const *address = context;

	(void)now;
	for (size_t i = 0; i < ID7_ADDRESSES; i++) {
		const char *given = address[i] != NULL ? address[i] : "";
		bool unsure = *given == '?';

		memset(account->address[i], 0, sizeof account->address[i]);
		snprintf(account->address[i], sizeof account->address[i], "%s",
			 given + unsure);
		account->address_confirmed[i] = *given != '\0' && !unsure;
	}
	return true;
}

/* An account with two addresses; one that begins with '?' is not confirmed. */
static void
person(struct scene *scene, const char *name, const char *first,
       const char *second)
{
	const char *address[] = {first, second};

	CHECK_INT(temp_login_add(scene->id7, name, "correct horse 1"), ID7_OK);
	CHECK_INT(id7_manage_change(scene->id7, name, set_address, address,
				    temp_store_long(), NULL, NULL),
		  ID7_OK);
}

static void
lock(struct scene *scene, const char *name)
{
	struct id7_login login;

	for (unsigned int i = 0; i < scene->l.config.policy.deny; i++) {
		char wrong[32];

		snprintf(wrong, sizeof wrong, "wrong horse %u", i);
		temp_login_attempt(scene->id7, name, wrong, temp_store_long(),
				   &login);
	}
	CHECK(login.events.locked_now);
}

/* What was mailed, decoded line by line; forgotten afterwards. */
static const char *
mails(struct scene *scene)
{
	static char text[65536];
	char command[400];
	size_t len = 0;
	FILE *pipe;

	snprintf(command, sizeof command,
		 "python3 -c 'import sys,email,email.policy as p\n"
		 "for m in open(\"%s\").read().split(\"\\nEND\\n\")[:-1]:\n"
		 " to,_,m=m.partition(\"\\n\")\n"
		 " m=email.message_from_string(m,policy=p.default)\n"
		 " print(to, m[\"Subject\"]); print(m.get_content())'",
		 scene->box);
	pipe = popen(command, "r");
	if (pipe != NULL) {
		len = fread(text, 1, sizeof text - 1, pipe);
		pclose(pipe);
	}
	text[len] = '\0';
	CHECK_INT(truncate(scene->box, 0), 0);
	return text;
}

static unsigned int
times(const char *text, const char *what)
{
	unsigned int n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

/* Files in the outbox whose name holds `what`. */
static unsigned int
files(struct scene *scene, const char *what)
{
	char command[200];
	unsigned int n = 0;
	FILE *pipe;

	snprintf(command, sizeof command, "ls %.60s/store/outbox | grep -c %s",
		 scene->l.t.temp.dir, what);
	pipe = popen(command, "r");
	if (pipe == NULL || fscanf(pipe, "%u", &n) != 1)
		n = 99;
	if (pipe != NULL)
		pclose(pipe);
	return n;
}

static void
test_lock(void)
{
	struct scene scene;
	const char *got;

	start(&scene);
	person(&scene, "alice", "alice@example.org", "?two@example.org");
	lock(&scene, "alice");
	CHECK_INT(files(&scene, "owed-"), 1);
	CHECK_INT(flush(&scene, false), ID7_OK);
	CHECK_INT(scene.done.sent, 2);
	CHECK_INT(scene.done.waiting, 0);
	got = mails(&scene);
	CHECK_INT(times(got, "RCPT alice@example.org"), 1);
	CHECK_INT(times(got, "RCPT two@example.org"), 1);
	CHECK_INT(times(got, "    7U-"), 1); /* to the confirmed one alone */
	CHECK_INT(times(got, "    7V-"), 1);
	CHECK_INT(times(got, "was locked at"), 2);
	CHECK_INT(files(&scene, "mail"), 0);
	CHECK_INT(files(&scene, "owed"), 0);
	CHECK_INT(files(&scene, "work"), 0);
	/* Once is enough, also for a scan. */
	CHECK_INT(flush(&scene, true), ID7_OK);
	CHECK_STR(mails(&scene), "");
	finish(&scene);
}

/* A lost hint is found by looking at everybody. */
static void
test_scan(void)
{
	char path[200];
	struct scene scene;

	start(&scene);
	person(&scene, "alice", "alice@example.org", NULL);
	person(&scene, "bob", "bob@example.org", NULL);
	lock(&scene, "alice");
	snprintf(path, sizeof path, "rm %.60s/store/outbox/owed-*",
		 scene.l.t.temp.dir);
	CHECK_INT(system(path), 0);
	CHECK_INT(flush(&scene, false), ID7_OK);
	CHECK_STR(mails(&scene), "");
	CHECK_INT(flush(&scene, true), ID7_OK);
	CHECK_INT(times(mails(&scene), "RCPT"), 1);
	finish(&scene);
}

/* The code of a mail, as typed. */
static void
code_of(const char *text, const char *prefix, char ret_code[ID7_CODE_TEXT_MAX])
{
	char indented[16];
	const char *at;

	snprintf(indented, sizeof indented, "    %s", prefix);
	at = strstr(text, indented);
	memset(ret_code, 0, ID7_CODE_TEXT_MAX);
	if (at != NULL)
		memcpy(ret_code, at + 4, 19);
}

static bool
voids(struct scene *scene, const char *name, const char *text)
{
	struct id7_code code;
	bool right = false;

	return id7_code_parse(text, strlen(text), &code) ==
		       ID7_CODE_WELL_FORMED &&
	       id7_codes_present(scene->id7, name, &code, temp_store_long(),
				 &right, NULL, NULL) == ID7_OK &&
	       right;
}

static void
test_codes_work(void)
{
	char code[ID7_CODE_TEXT_MAX];
	struct id7_account account;
	struct id7_fault fault;
	struct scene scene;
	uint32_t letters;

	start(&scene);
	person(&scene, "alice", "alice@example.org", NULL);
	lock(&scene, "alice");
	CHECK_INT(flush(&scene, false), ID7_OK);
	code_of(mails(&scene), "7V-", code);
	CHECK(voids(&scene, "alice", code));
	CHECK_INT(id7_store_get(id7_get_store(scene.id7), "alice", &account),
		  ID7_OK);
	CHECK_INT(account.code[ID7_CODE_UNLOCK].issued, 0);
	/* Of a help desk: to the confirmed addresses, with a void code. */
	CHECK_INT(id7_notices_send_code(scene.id7, "alice", ID7_CODE_RESET, 0,
					1800, temp_store_long(), NULL, NULL,
					&letters, &fault),
		  ID7_OK);
	CHECK_INT(letters, 1);
	CHECK_INT(flush(&scene, false), ID7_OK);
	code_of(mails(&scene), "7R-", code);
	CHECK_INT(strlen(code), 19);
	/* A confirm code: to the address in question. */
	person(&scene, "bob", "?bob@example.org", NULL);
	CHECK_INT(id7_notices_send_code(scene.id7, "bob", ID7_CODE_RESET, 0,
					1800, temp_store_long(), NULL, NULL,
					&letters, &fault),
		  ID7_OK);
	CHECK_INT(letters, 0);
	CHECK_INT(id7_notices_send_code(scene.id7, "bob", ID7_CODE_CONFIRM, 0,
					1800, temp_store_long(), NULL, NULL,
					&letters, &fault),
		  ID7_OK);
	CHECK_INT(letters, 1);
	CHECK_INT(flush(&scene, false), ID7_OK);
	code_of(mails(&scene), "7C-", code);
	CHECK(voids(&scene, "bob", code));
	CHECK_INT(id7_store_get(id7_get_store(scene.id7), "bob", &account),
		  ID7_OK);
	CHECK(account.address_confirmed[0]);
	finish(&scene);
}

static bool
age(struct id7_account *account, const struct id7_now *now, void *context)
{
	(void)now;
	(void)context;
	account->created -= 100;
	account->password_changed -= 100;
	return true;
}

static void
test_password(void)
{
	enum id7_reason was;
	struct scene scene;

	start(&scene);
	person(&scene, "alice", "alice@example.org", NULL);
	CHECK_INT(id7_manage_change(scene.id7, "alice", age, NULL,
				    temp_store_long(), NULL, NULL),
		  ID7_OK);
	/* The first password is no news; a later second is. */
	CHECK_INT(flush(&scene, true), ID7_OK);
	CHECK_STR(mails(&scene), "");
	CHECK_INT(temp_login_change(scene.id7, "alice", "another horse 2"),
		  ID7_OK);
	CHECK_INT(flush(&scene, false), ID7_OK);
	CHECK_INT(times(mails(&scene), "your password was changed"), 1);
	/* An unlocking that unlocks is told, too. */
	CHECK_INT(id7_manage_unlock(scene.id7, "alice", false,
				    temp_store_long(), &was, NULL),
		  ID7_OK);
	CHECK_INT(flush(&scene, false), ID7_OK);
	CHECK_STR(mails(&scene), "");
	lock(&scene, "alice");
	CHECK_INT(flush(&scene, false), ID7_OK);
	CHECK_INT(times(mails(&scene), "RCPT"), 1);
	CHECK_INT(id7_manage_unlock(scene.id7, "alice", false,
				    temp_store_long(), &was, NULL),
		  ID7_OK);
	CHECK_INT(flush(&scene, false), ID7_OK);
	CHECK_INT(times(mails(&scene), "was unlocked at"), 1);
	/* So is an old password, by the flush that looks at everybody. */
	temp_login_attempt(scene.id7, "alice", "correct horse 1",
			   temp_store_long(), &(struct id7_login){0});
	CHECK_INT(files(&scene, "owed-"), 0);
	CHECK_INT(flush(&scene, true), ID7_OK);
	CHECK_INT(times(mails(&scene), "old password is still in use"), 1);
	finish(&scene);
}

/* In the account's language; the site's own words before the built-in ones,
 * those that cannot be used aside. */
static bool
speak_japanese(struct id7_account *account, const struct id7_now *now,
	       void *context)
{
	(void)now;
	(void)context;
	account->lang = ID7_LANG_JA;
	return true;
}

static void
template_file(struct scene *scene, const char *text)
{
	char path[200];
	FILE *file;

	mkdir(scene->l.config.mail_dir, 0755);
	snprintf(path, sizeof path, "%.90s/ja", scene->l.config.mail_dir);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "%.90s/ja/lock.txt",
		 scene->l.config.mail_dir);
	file = fopen(path, "w");
	if (file == NULL)
		_exit(99);
	fputs(text, file);
	fclose(file);
	chmod(path, 0644);
}

static void
test_words(void)
{
	static const char *const texts[] = {
		NULL, "Subject: 自前\n\n{name} 様 {source} {service}\n",
		"Subject: x\n\n{nothing}\n", "no subject\n"};
	struct id7_entry entry = {.wall = id7_clock_wall(),
				  .event = "login",
				  .verdict = "deny",
				  .user = "a0",
				  .service = "sshd",
				  .rhost = "evil\nBcc: x",
				  .locked_now = true,
				  .failures = -1,
				  .uid = -1,
				  .pid = -1};
	struct scene scene;
	const char *got;
	char name[8];

	start(&scene);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		snprintf(name, sizeof name, "a%zu", i);
		person(&scene, name, "alice@example.org", NULL);
		CHECK_INT(id7_manage_change(scene.id7, name, speak_japanese,
					    NULL, temp_store_long(), NULL,
					    NULL),
			  ID7_OK);
		lock(&scene, name);
		entry.user = name;
		CHECK_INT(id7_journal_append(scene.l.config.log_dir, &entry,
					     NULL),
			  ID7_OK);
		if (texts[i] != NULL)
			template_file(&scene, texts[i]);
		CHECK_INT(flush(&scene, false), ID7_OK);
		got = mails(&scene);
		CHECK_INT(times(got, "RCPT"), 1);
		CHECK(strstr(got, "sshd") != NULL);
		CHECK(strstr(got, "evil") != NULL);
		CHECK(strstr(got, "\nBcc") == NULL);
		CHECK_INT(strstr(got, "自前") != NULL, i == 1);
		CHECK_INT(strstr(got, "アカウントロックのお知らせ") != NULL,
			  i != 1);
	}
	CHECK_INT(scene.templates, 2);
	CHECK_STR(scene.problem, "/lock.txt 1 ");
	finish(&scene);
}

/* Whoever cannot send loses nothing, and tries no more than it should. */
static void
test_broken_mailer(void)
{
	static const char *const broken[] = {"exit 75", "exit 67", "kill -9 $$",
					     "exec 0<&-"};
	struct scene scene;
	char path[120];

	start(&scene);
	person(&scene, "alice", "alice@example.org", "second@example.org");
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		struct id7_fault fault;
		uint64_t count = 0;

		mailer(&scene, broken[i]);
		if (i == 0)
			lock(&scene, "alice");
		CHECK_INT(flush(&scene, false), ID7_OK);
		CHECK_INT(scene.done.failed, 2);
		CHECK_INT(scene.done.waiting, 2);
		/* Not again before its time. */
		CHECK_INT(flush(&scene, false), ID7_OK);
		CHECK_INT(scene.done.failed, 0);
		CHECK_INT(id7_notices_retry(scene.id7, NULL, temp_store_long(),
					    NULL, NULL, &count, &fault),
			  ID7_OK);
		CHECK_INT(count, 2);
	}
	/* One that is missing is asked once. */
	snprintf(path, sizeof path, "%.60s/sendmail", scene.l.t.temp.dir);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(flush(&scene, false), ID7_OK);
	CHECK_INT(scene.done.failed, 1);
	good_mailer(&scene);
	CHECK_INT(flush(&scene, false), ID7_OK);
	CHECK_INT(scene.done.sent, 1);
	CHECK_INT(times(mails(&scene), "    7U-"), 1);
	finish(&scene);
}

static bool
count_letters(const char *id, const struct id7_letter_name *name,
	      const struct id7_post *post, void *context)
{
	char *last = context;

	(void)name;
	CHECK_STR(post->name, "alice");
	CHECK_INT(post->tries, 1);
	CHECK_STR(post->why, "no way");
	CHECK_STR(post->message, "");
	memcpy(last, id, ID7_OUTBOX_ID_LEN + 1);
	return true;
}

static void
test_queue(void)
{
	char last[ID7_OUTBOX_ID_LEN + 1] = "";
	struct id7_fault fault;
	struct scene scene;
	uint64_t hints = 9, count = 0;

	start(&scene);
	CHECK_INT(id7_notices_queue(scene.id7, count_letters, last, &hints,
				    &fault),
		  ID7_OK);
	CHECK_INT(hints, 0);
	person(&scene, "alice", "alice@example.org", NULL);
	lock(&scene, "alice");
	CHECK_INT(id7_notices_queue(scene.id7, count_letters, last, &hints,
				    &fault),
		  ID7_OK);
	CHECK_INT(hints, 1);
	mailer(&scene, "cat >/dev/null; echo no way >&2; exit 1");
	CHECK_INT(flush(&scene, false), ID7_OK);
	CHECK_INT(id7_notices_queue(scene.id7, count_letters, last, &hints,
				    &fault),
		  ID7_OK);
	CHECK_INT(hints, 0);
	CHECK_INT(strlen(last), ID7_OUTBOX_ID_LEN);
	CHECK_INT(id7_notices_drop(scene.id7, "NOSUCH00", temp_store_long(),
				   NULL, NULL, &count, &fault),
		  ID7_OK);
	CHECK_INT(count, 0);
	CHECK_INT(id7_notices_drop(scene.id7, last, temp_store_long(), NULL,
				   NULL, &count, &fault),
		  ID7_OK);
	CHECK_INT(count, 1);
	CHECK_INT(files(&scene, "mail"), 0);
	finish(&scene);
}

/* Sealed on disk, each in its place only; one flush at a time. */
static void
test_sealed(void)
{
	char command[300], lock_path[200];
	struct scene scene;
	int fd;

	start(&scene);
	person(&scene, "alice", "alice@example.org", "second@example.org");
	mailer(&scene, "exit 75");
	lock(&scene, "alice");
	CHECK_INT(flush(&scene, false), ID7_OK);
	CHECK_INT(files(&scene, "mail"), 2);
	snprintf(command, sizeof command,
		 "grep -rqaE 'alice|example|7U-|Subject|7idM' "
		 "%.60s/store/outbox",
		 scene.l.t.temp.dir);
	CHECK(system(command) != 0);
	snprintf(command, sizeof command,
		 "cd %.60s/store/outbox && set -- *.mail && mv $1 x && "
		 "mv $2 $1 && mv x $2 && stat -c '%%a %%s' *.mail | "
		 "sort -u | grep -qx '600 16384'",
		 scene.l.t.temp.dir);
	CHECK_INT(system(command), 0);
	good_mailer(&scene);
	CHECK_INT(flush(&scene, false), ID7_OK);
	CHECK_INT(scene.done.trouble, 2);
	CHECK_INT(scene.done.sent, 0);
	snprintf(lock_path, sizeof lock_path, "%.60s/store/outbox/flush.lock",
		 scene.l.t.temp.dir);
	fd = open(lock_path, O_RDWR);
	CHECK_INT(id7_lock_try(fd, true, 0, 1), ID7_OK);
	CHECK_INT(flush(&scene, false), ID7_BUSY);
	close(fd);
	finish(&scene);
}

/* Whatever is wrong with the outbox, a login takes its course, and what is owed
 * is mailed when it is mended. */
static void
test_broken_outbox(void)
{
	static const char *const broken[] = {
		"rm -rf %s && ln -s /nowhere %s", "rm -rf %s && touch %s",
		"rm -rf %s && mkdir -m 0 %s", "rm -rf %s && mkfifo %s"};
	char command[300], box[100];
	struct id7_login login;
	struct scene scene;

	start(&scene);
	snprintf(box, sizeof box, "%.60s/store/outbox", scene.l.t.temp.dir);
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		char name[8];

		snprintf(name, sizeof name, "a%zu", i);
		person(&scene, name, "alice@example.org", NULL);
		snprintf(command, sizeof command, broken[i], box, box);
		CHECK_INT(system(command), 0);
		lock(&scene, name);
		temp_login_attempt(scene.id7, name, "correct horse 1",
				   temp_store_long(), &login);
		CHECK_INT(login.reason, ID7_REASON_LOCKED_OUT);
		CHECK_INT(login.error, ID7_OK);
		if (geteuid() != 0 || i != 2)
			CHECK(flush(&scene, true) != ID7_OK);
		snprintf(command, sizeof command, "rm -rf %s", box);
		CHECK_INT(system(command), 0);
		CHECK_INT(flush(&scene, true), ID7_OK);
		CHECK_INT(times(mails(&scene), "RCPT"), 1);
	}
	finish(&scene);
}

/* A stranger's names leave no more hints than there are places for them, and
 * a flush takes them away. */
static void
test_phantoms(void)
{
	struct scene scene;

	start(&scene);
	for (unsigned int i = 0; i < 20; i++) {
		char name[16];

		snprintf(name, sizeof name, "nobody%u", i);
		lock(&scene, name);
	}
	CHECK(files(&scene, "owed-p") > 15);
	CHECK_INT(flush(&scene, false), ID7_OK);
	CHECK_INT(files(&scene, "owed"), 0);
	CHECK_STR(mails(&scene), "");
	finish(&scene);
}

/* Three lock notices a day, however often. */
static void
test_cap(void)
{
	struct scene scene;
	enum id7_reason was;
	unsigned int mailed = 0;

	start(&scene);
	person(&scene, "alice", "?alice@example.org", NULL);
	for (unsigned int i = 0; i < 20; i++) {
		lock(&scene, "alice");
		CHECK_INT(flush(&scene, false), ID7_OK);
		CHECK_INT(id7_manage_unlock(scene.id7, "alice", false,
					    temp_store_long(), &was, NULL),
			  ID7_OK);
		mailed += times(mails(&scene), "was locked at");
	}
	CHECK_INT(mailed, 3);
	CHECK_INT(scene.silent, 17);
	finish(&scene);
}

static void
move_alice(struct scene *scene)
{
	const char *address[] = {"new@example.org", NULL};

	CHECK_INT(id7_manage_change(scene->id7, "alice", set_address, address,
				    temp_store_long(), NULL, NULL),
		  ID7_OK);
}

static void
another_alice(struct scene *scene)
{
	CHECK_INT(
		id7_manage_remove(scene->id7, "alice", temp_store_long(), NULL),
		ID7_OK);
	person(scene, "alice", "other@example.org", NULL);
}

/* A code that is made after the address has changed, or the person, never goes
 * to the address that was there before. */
static void
test_moved(void)
{
	struct id7_login login;
	struct scene scene;
	const char *got;

	for (int other = 0; other < 2; other++) {
		start(&scene);
		person(&scene, "alice", "alice@example.org", NULL);
		lock(&scene, "alice");
		temp_login_attempt(scene.id7, "alice", "7R-RESET",
				   temp_store_long(), &login);
		CHECK_INT(login.reason, ID7_REASON_RESET_ASKED);
		scene.meanwhile = other ? another_alice : move_alice;
		CHECK_INT(flush(&scene, false), ID7_OK);
		CHECK(scene.meanwhile == NULL);
		CHECK_INT(scene.done.trouble, 0);
		got = mails(&scene);
		CHECK_INT(times(got, "RCPT new@example.org"), !other);
		CHECK_INT(times(got, "    7R-"), !other);
		CHECK(strstr(got, "RCPT new@") == NULL ||
		      strstr(strstr(got, "RCPT new@"), "    7R-") != NULL);
		CHECK_INT(times(got, "RCPT other@example.org"), 0);
		finish(&scene);
	}
}

static bool
hold(struct id7_account *account, const struct id7_now *now, void *context)
{
	(void)context;
	account->flags |= ID7_ACCOUNT_HELD;
	account->held_at = now->wall;
	return true;
}

static struct id7_role
privileged(const char *user, void *context)
{
	(void)user, (void)context;
	return (struct id7_role){.privileged = true};
}

/* Whoever may not ask any more when the flush comes gets no mail. */
static void
test_withdrawn(void)
{
	const struct id7_flush how = {false, NULL, NULL};
	struct id7_login login;
	struct id7_fault fault;
	struct scene scene;

	for (int why = 0; why < 4; why++) {
		start(&scene);
		person(&scene, "alice", "alice@example.org", NULL);
		temp_login_attempt(scene.id7, "alice", "7R-RESET",
				   temp_store_long(), &login);
		scene.l.config.self_reset = why != 1;
		if (why == 2)
			CHECK_INT(id7_manage_change(scene.id7, "alice", hold,
						    NULL, temp_store_long(),
						    NULL, NULL),
				  ID7_OK);
		open_again(&scene);
		if (why == 3)
			id7_ask_role(scene.id7, privileged, NULL);
		CHECK_INT(
			id7_notices_flush(scene.id7, &how, &scene.done, &fault),
			ID7_OK);
		CHECK_INT(scene.done.sent, why == 0);
		finish(&scene);
	}
}

/* Old and new addresses are told of a change that was made, nobody of one that
 * was not. */
static void
test_addresses(void)
{
	const char *address[] = {"new@example.org", "?second@example.org"};
	struct id7_address_change change;
	struct id7_account before, after;
	const struct id7_now now = {0, 0, 0};
	struct id7_fault fault;
	struct scene scene;
	const char *got;

	start(&scene);
	person(&scene, "alice", "alice@example.org", "?second@example.org");
	for (int made = 0; made < 2; made++) {
		CHECK_INT(id7_store_get(id7_get_store(scene.id7), "alice",
					&before),
			  ID7_OK);
		after = before;
		(void)set_address(&after, &now, address);
		CHECK_INT(id7_notices_prepare(scene.id7, &before, &after,
					      &change, &fault),
			  ID7_OK);
		CHECK_INT(change.letters, 3);
		CHECK_INT(flush(&scene, true), ID7_OK);
		CHECK_STR(mails(&scene), "");
		if (made)
			CHECK_INT(id7_store_put(id7_get_store(scene.id7),
						&after, temp_store_long()),
				  ID7_OK);
		/* The one that made it may be killed here. */
		if (!made)
			id7_notices_settle(scene.id7, &change, false);
		CHECK_INT(flush(&scene, true), ID7_OK);
		got = mails(&scene);
		CHECK_INT(times(got, "RCPT"), made ? 3 : 0);
		CHECK_INT(times(got, "RCPT alice@example.org"), made);
		CHECK_INT(times(got, "RCPT new@example.org"), made);
	}
	finish(&scene);
}

static void
test_find(void)
{
	struct id7_fault fault;
	struct scene scene;
	const char *got;

	start(&scene);
	person(&scene, "alice", "both@example.org", NULL);
	person(&scene, "bob", "?one@example.org", "both@example.org");
	person(&scene, "carol", "?both@example.org", "Both@example.org");
	CHECK_INT(id7_notices_find_id(scene.id7, "both@example.org", &fault),
		  ID7_OK);
	CHECK_INT(id7_notices_find_id(scene.id7, "none@example.org", &fault),
		  ID7_OK);
	CHECK_INT(id7_notices_find_id(scene.id7, "one@example.org", &fault),
		  ID7_OK);
	CHECK_INT(id7_notices_find_id(scene.id7, "not an address", &fault),
		  ID7_INVALID);
	CHECK_INT(files(&scene, "find-"), 3);
	CHECK_INT(flush(&scene, false), ID7_OK);
	got = mails(&scene);
	CHECK_INT(times(got, "RCPT"), 1);
	CHECK_INT(times(got, "alice"), 1);
	CHECK_INT(times(got, "bob"), 1);
	CHECK_INT(times(got, "carol"), 0);
	/* Not twice within an hour. */
	CHECK_INT(id7_notices_find_id(scene.id7, "both@example.org", &fault),
		  ID7_OK);
	CHECK_INT(flush(&scene, false), ID7_OK);
	CHECK_STR(mails(&scene), "");
	finish(&scene);
}

/* Whoever lets strangers ask cannot be made to fill the disk. */
static void
test_finds_bound(void)
{
	const struct id7_flush how = {false, NULL, NULL};
	char path[200];
	struct id7_fault fault;
	struct scene scene;

	start(&scene);
	person(&scene, "alice", "alice@example.org", NULL);
	CHECK_INT(id7_notices_flush(scene.id7, &how, &scene.done, &fault),
		  ID7_OK);
	for (unsigned int i = 0; i < ID7_FINDS_KEPT; i++) {
		snprintf(path, sizeof path, "%.60s/store/outbox/find-%032x",
			 scene.l.t.temp.dir, i);
		close(open(path, O_CREAT | O_WRONLY, 0600));
	}
	CHECK_INT(id7_notices_find_id(scene.id7, "alice@example.org", &fault),
		  ID7_OK);
	CHECK_INT(files(&scene, "find-"), ID7_FINDS_KEPT);
	CHECK_INT(id7_notices_flush(scene.id7, &how, &scene.done, &fault),
		  ID7_OK);
	CHECK_INT(files(&scene, "find-"), 0);
	CHECK_INT(id7_notices_find_id(scene.id7, "alice@example.org", &fault),
		  ID7_OK);
	CHECK_INT(files(&scene, "find-"), 1);
	finish(&scene);
}

int
main(void)
{
	test_lock();
	test_scan();
	test_codes_work();
	test_password();
	test_words();
	test_broken_mailer();
	test_queue();
	test_sealed();
	test_broken_outbox();
	test_phantoms();
	test_cap();
	test_moved();
	test_withdrawn();
	test_addresses();
	test_find();
	test_finds_bound();
	return check_done();
}
