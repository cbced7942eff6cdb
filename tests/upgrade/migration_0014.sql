BEGIN TRANSACTION;
CREATE TABLE "account_emailaddress" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "verified" bool NOT NULL, "primary" bool NOT NULL, "user_id" char(32) NOT NULL REFERENCES "duitpos_user" ("id") DEFERRABLE INITIALLY DEFERRED, "email" varchar(254) NOT NULL);
CREATE TABLE "account_emailconfirmation" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "created" datetime NOT NULL, "sent" datetime NULL, "key" varchar(64) NOT NULL UNIQUE, "email_address_id" integer NOT NULL REFERENCES "account_emailaddress" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL UNIQUE);
CREATE TABLE "auth_group_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
INSERT INTO "auth_permission" VALUES(1,1,'add_contenttype','Can add content type');
INSERT INTO "auth_permission" VALUES(2,1,'change_contenttype','Can change content type');
INSERT INTO "auth_permission" VALUES(3,1,'delete_contenttype','Can delete content type');
INSERT INTO "auth_permission" VALUES(4,1,'view_contenttype','Can view content type');
INSERT INTO "auth_permission" VALUES(5,2,'add_permission','Can add permission');
INSERT INTO "auth_permission" VALUES(6,2,'change_permission','Can change permission');
INSERT INTO "auth_permission" VALUES(7,2,'delete_permission','Can delete permission');
INSERT INTO "auth_permission" VALUES(8,2,'view_permission','Can view permission');
INSERT INTO "auth_permission" VALUES(9,3,'add_group','Can add group');
INSERT INTO "auth_permission" VALUES(10,3,'change_group','Can change group');
INSERT INTO "auth_permission" VALUES(11,3,'delete_group','Can delete group');
INSERT INTO "auth_permission" VALUES(12,3,'view_group','Can view group');
INSERT INTO "auth_permission" VALUES(13,4,'add_session','Can add session');
INSERT INTO "auth_permission" VALUES(14,4,'change_session','Can change session');
INSERT INTO "auth_permission" VALUES(15,4,'delete_session','Can delete session');
INSERT INTO "auth_permission" VALUES(16,4,'view_session','Can view session');
INSERT INTO "auth_permission" VALUES(17,5,'add_emailaddress','Can add email address');
INSERT INTO "auth_permission" VALUES(18,5,'change_emailaddress','Can change email address');
INSERT INTO "auth_permission" VALUES(19,5,'delete_emailaddress','Can delete email address');
INSERT INTO "auth_permission" VALUES(20,5,'view_emailaddress','Can view email address');
INSERT INTO "auth_permission" VALUES(21,6,'add_emailconfirmation','Can add email confirmation');
INSERT INTO "auth_permission" VALUES(22,6,'change_emailconfirmation','Can change email confirmation');
INSERT INTO "auth_permission" VALUES(23,6,'delete_emailconfirmation','Can delete email confirmation');
INSERT INTO "auth_permission" VALUES(24,6,'view_emailconfirmation','Can view email confirmation');
INSERT INTO "auth_permission" VALUES(25,7,'add_dbtaskresult','Can add Task Result');
INSERT INTO "auth_permission" VALUES(26,7,'change_dbtaskresult','Can change Task Result');
INSERT INTO "auth_permission" VALUES(27,7,'delete_dbtaskresult','Can delete Task Result');
INSERT INTO "auth_permission" VALUES(28,7,'view_dbtaskresult','Can view Task Result');
INSERT INTO "auth_permission" VALUES(29,8,'add_user','Can add user');
INSERT INTO "auth_permission" VALUES(30,8,'change_user','Can change user');
INSERT INTO "auth_permission" VALUES(31,8,'delete_user','Can delete user');
INSERT INTO "auth_permission" VALUES(32,8,'view_user','Can view user');
INSERT INTO "auth_permission" VALUES(33,9,'add_installation','Can add installation');
INSERT INTO "auth_permission" VALUES(34,9,'change_installation','Can change installation');
INSERT INTO "auth_permission" VALUES(35,9,'delete_installation','Can delete installation');
INSERT INTO "auth_permission" VALUES(36,9,'view_installation','Can view installation');
INSERT INTO "auth_permission" VALUES(37,10,'add_location','Can add location');
INSERT INTO "auth_permission" VALUES(38,10,'change_location','Can change location');
INSERT INTO "auth_permission" VALUES(39,10,'delete_location','Can delete location');
INSERT INTO "auth_permission" VALUES(40,10,'view_location','Can view location');
INSERT INTO "auth_permission" VALUES(41,11,'add_menusection','Can add menu section');
INSERT INTO "auth_permission" VALUES(42,11,'change_menusection','Can change menu section');
INSERT INTO "auth_permission" VALUES(43,11,'delete_menusection','Can delete menu section');
INSERT INTO "auth_permission" VALUES(44,11,'view_menusection','Can view menu section');
INSERT INTO "auth_permission" VALUES(45,12,'add_paymenttype','Can add payment type');
INSERT INTO "auth_permission" VALUES(46,12,'change_paymenttype','Can change payment type');
INSERT INTO "auth_permission" VALUES(47,12,'delete_paymenttype','Can delete payment type');
INSERT INTO "auth_permission" VALUES(48,12,'view_paymenttype','Can view payment type');
INSERT INTO "auth_permission" VALUES(49,13,'add_tenant','Can add tenant');
INSERT INTO "auth_permission" VALUES(50,13,'change_tenant','Can change tenant');
INSERT INTO "auth_permission" VALUES(51,13,'delete_tenant','Can delete tenant');
INSERT INTO "auth_permission" VALUES(52,13,'view_tenant','Can view tenant');
INSERT INTO "auth_permission" VALUES(53,14,'add_membership','Can add membership');
INSERT INTO "auth_permission" VALUES(54,14,'change_membership','Can change membership');
INSERT INTO "auth_permission" VALUES(55,14,'delete_membership','Can delete membership');
INSERT INTO "auth_permission" VALUES(56,14,'view_membership','Can view membership');
INSERT INTO "auth_permission" VALUES(57,15,'add_menuitem','Can add menu item');
INSERT INTO "auth_permission" VALUES(58,15,'change_menuitem','Can change menu item');
INSERT INTO "auth_permission" VALUES(59,15,'delete_menuitem','Can delete menu item');
INSERT INTO "auth_permission" VALUES(60,15,'view_menuitem','Can view menu item');
INSERT INTO "auth_permission" VALUES(61,16,'add_order','Can add order');
INSERT INTO "auth_permission" VALUES(62,16,'change_order','Can change order');
INSERT INTO "auth_permission" VALUES(63,16,'delete_order','Can delete order');
INSERT INTO "auth_permission" VALUES(64,16,'view_order','Can view order');
INSERT INTO "auth_permission" VALUES(65,17,'add_payment','Can add payment');
INSERT INTO "auth_permission" VALUES(66,17,'change_payment','Can change payment');
INSERT INTO "auth_permission" VALUES(67,17,'delete_payment','Can delete payment');
INSERT INTO "auth_permission" VALUES(68,17,'view_payment','Can view payment');
INSERT INTO "auth_permission" VALUES(69,18,'add_processoraccount','Can add processor account');
INSERT INTO "auth_permission" VALUES(70,18,'change_processoraccount','Can change processor account');
INSERT INTO "auth_permission" VALUES(71,18,'delete_processoraccount','Can delete processor account');
INSERT INTO "auth_permission" VALUES(72,18,'view_processoraccount','Can view processor account');
INSERT INTO "auth_permission" VALUES(73,19,'add_table','Can add table');
INSERT INTO "auth_permission" VALUES(74,19,'change_table','Can change table');
INSERT INTO "auth_permission" VALUES(75,19,'delete_table','Can delete table');
INSERT INTO "auth_permission" VALUES(76,19,'view_table','Can view table');
INSERT INTO "auth_permission" VALUES(77,20,'add_refund','Can add refund');
INSERT INTO "auth_permission" VALUES(78,20,'change_refund','Can change refund');
INSERT INTO "auth_permission" VALUES(79,20,'delete_refund','Can delete refund');
INSERT INTO "auth_permission" VALUES(80,20,'view_refund','Can view refund');
INSERT INTO "auth_permission" VALUES(81,21,'add_paymentdecline','Can add payment decline');
INSERT INTO "auth_permission" VALUES(82,21,'change_paymentdecline','Can change payment decline');
INSERT INTO "auth_permission" VALUES(83,21,'delete_paymentdecline','Can delete payment decline');
INSERT INTO "auth_permission" VALUES(84,21,'view_paymentdecline','Can view payment decline');
INSERT INTO "auth_permission" VALUES(85,22,'add_orderline','Can add order line');
INSERT INTO "auth_permission" VALUES(86,22,'change_orderline','Can change order line');
INSERT INTO "auth_permission" VALUES(87,22,'delete_orderline','Can delete order line');
INSERT INTO "auth_permission" VALUES(88,22,'view_orderline','Can view order line');
INSERT INTO "auth_permission" VALUES(89,23,'add_orderevent','Can add order event');
INSERT INTO "auth_permission" VALUES(90,23,'change_orderevent','Can change order event');
INSERT INTO "auth_permission" VALUES(91,23,'delete_orderevent','Can delete order event');
INSERT INTO "auth_permission" VALUES(92,23,'view_orderevent','Can view order event');
INSERT INTO "auth_permission" VALUES(93,24,'add_numberseries','Can add number series');
INSERT INTO "auth_permission" VALUES(94,24,'change_numberseries','Can change number series');
INSERT INTO "auth_permission" VALUES(95,24,'delete_numberseries','Can delete number series');
INSERT INTO "auth_permission" VALUES(96,24,'view_numberseries','Can view number series');
INSERT INTO "auth_permission" VALUES(97,25,'add_modifiergroup','Can add modifier group');
INSERT INTO "auth_permission" VALUES(98,25,'change_modifiergroup','Can change modifier group');
INSERT INTO "auth_permission" VALUES(99,25,'delete_modifiergroup','Can delete modifier group');
INSERT INTO "auth_permission" VALUES(100,25,'view_modifiergroup','Can view modifier group');
INSERT INTO "auth_permission" VALUES(101,26,'add_modifier','Can add modifier');
INSERT INTO "auth_permission" VALUES(102,26,'change_modifier','Can change modifier');
INSERT INTO "auth_permission" VALUES(103,26,'delete_modifier','Can delete modifier');
INSERT INTO "auth_permission" VALUES(104,26,'view_modifier','Can view modifier');
INSERT INTO "auth_permission" VALUES(105,27,'add_ledgerentry','Can add ledger entry');
INSERT INTO "auth_permission" VALUES(106,27,'change_ledgerentry','Can change ledger entry');
INSERT INTO "auth_permission" VALUES(107,27,'delete_ledgerentry','Can delete ledger entry');
INSERT INTO "auth_permission" VALUES(108,27,'view_ledgerentry','Can view ledger entry');
INSERT INTO "auth_permission" VALUES(109,28,'add_itemstock','Can add item stock');
INSERT INTO "auth_permission" VALUES(110,28,'change_itemstock','Can change item stock');
INSERT INTO "auth_permission" VALUES(111,28,'delete_itemstock','Can delete item stock');
INSERT INTO "auth_permission" VALUES(112,28,'view_itemstock','Can view item stock');
INSERT INTO "auth_permission" VALUES(113,29,'add_itemgroup','Can add item group');
INSERT INTO "auth_permission" VALUES(114,29,'change_itemgroup','Can change item group');
INSERT INTO "auth_permission" VALUES(115,29,'delete_itemgroup','Can delete item group');
INSERT INTO "auth_permission" VALUES(116,29,'view_itemgroup','Can view item group');
INSERT INTO "auth_permission" VALUES(117,30,'add_webhookevent','Can add webhook event');
INSERT INTO "auth_permission" VALUES(118,30,'change_webhookevent','Can change webhook event');
INSERT INTO "auth_permission" VALUES(119,30,'delete_webhookevent','Can delete webhook event');
INSERT INTO "auth_permission" VALUES(120,30,'view_webhookevent','Can view webhook event');
INSERT INTO "auth_permission" VALUES(121,31,'add_dispute','Can add dispute');
INSERT INTO "auth_permission" VALUES(122,31,'change_dispute','Can change dispute');
INSERT INTO "auth_permission" VALUES(123,31,'delete_dispute','Can delete dispute');
INSERT INTO "auth_permission" VALUES(124,31,'view_dispute','Can view dispute');
INSERT INTO "auth_permission" VALUES(125,32,'add_startcounter','Can add start counter');
INSERT INTO "auth_permission" VALUES(126,32,'change_startcounter','Can change start counter');
INSERT INTO "auth_permission" VALUES(127,32,'delete_startcounter','Can delete start counter');
INSERT INTO "auth_permission" VALUES(128,32,'view_startcounter','Can view start counter');
INSERT INTO "auth_permission" VALUES(129,33,'add_alert','Can add alert');
INSERT INTO "auth_permission" VALUES(130,33,'change_alert','Can change alert');
INSERT INTO "auth_permission" VALUES(131,33,'delete_alert','Can delete alert');
INSERT INTO "auth_permission" VALUES(132,33,'view_alert','Can view alert');
INSERT INTO "auth_permission" VALUES(133,34,'add_outboxentry','Can add outbox entry');
INSERT INTO "auth_permission" VALUES(134,34,'change_outboxentry','Can change outbox entry');
INSERT INTO "auth_permission" VALUES(135,34,'delete_outboxentry','Can delete outbox entry');
INSERT INTO "auth_permission" VALUES(136,34,'view_outboxentry','Can view outbox entry');
INSERT INTO "auth_permission" VALUES(137,35,'add_menutext','Can add menu text');
INSERT INTO "auth_permission" VALUES(138,35,'change_menutext','Can change menu text');
INSERT INTO "auth_permission" VALUES(139,35,'delete_menutext','Can delete menu text');
INSERT INTO "auth_permission" VALUES(140,35,'view_menutext','Can view menu text');
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
INSERT INTO "django_content_type" VALUES(1,'contenttypes','contenttype');
INSERT INTO "django_content_type" VALUES(2,'auth','permission');
INSERT INTO "django_content_type" VALUES(3,'auth','group');
INSERT INTO "django_content_type" VALUES(4,'sessions','session');
INSERT INTO "django_content_type" VALUES(5,'account','emailaddress');
INSERT INTO "django_content_type" VALUES(6,'account','emailconfirmation');
INSERT INTO "django_content_type" VALUES(7,'django_tasks_database','dbtaskresult');
INSERT INTO "django_content_type" VALUES(8,'duitpos','user');
INSERT INTO "django_content_type" VALUES(9,'duitpos','installation');
INSERT INTO "django_content_type" VALUES(10,'duitpos','location');
INSERT INTO "django_content_type" VALUES(11,'duitpos','menusection');
INSERT INTO "django_content_type" VALUES(12,'duitpos','paymenttype');
INSERT INTO "django_content_type" VALUES(13,'duitpos','tenant');
INSERT INTO "django_content_type" VALUES(14,'duitpos','membership');
INSERT INTO "django_content_type" VALUES(15,'duitpos','menuitem');
INSERT INTO "django_content_type" VALUES(16,'duitpos','order');
INSERT INTO "django_content_type" VALUES(17,'duitpos','payment');
INSERT INTO "django_content_type" VALUES(18,'duitpos','processoraccount');
INSERT INTO "django_content_type" VALUES(19,'duitpos','table');
INSERT INTO "django_content_type" VALUES(20,'duitpos','refund');
INSERT INTO "django_content_type" VALUES(21,'duitpos','paymentdecline');
INSERT INTO "django_content_type" VALUES(22,'duitpos','orderline');
INSERT INTO "django_content_type" VALUES(23,'duitpos','orderevent');
INSERT INTO "django_content_type" VALUES(24,'duitpos','numberseries');
INSERT INTO "django_content_type" VALUES(25,'duitpos','modifiergroup');
INSERT INTO "django_content_type" VALUES(26,'duitpos','modifier');
INSERT INTO "django_content_type" VALUES(27,'duitpos','ledgerentry');
INSERT INTO "django_content_type" VALUES(28,'duitpos','itemstock');
INSERT INTO "django_content_type" VALUES(29,'duitpos','itemgroup');
INSERT INTO "django_content_type" VALUES(30,'duitpos','webhookevent');
INSERT INTO "django_content_type" VALUES(31,'duitpos','dispute');
INSERT INTO "django_content_type" VALUES(32,'duitpos','startcounter');
INSERT INTO "django_content_type" VALUES(33,'duitpos','alert');
INSERT INTO "django_content_type" VALUES(34,'duitpos','outboxentry');
INSERT INTO "django_content_type" VALUES(35,'duitpos','menutext');
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
INSERT INTO "django_migrations" VALUES(1,'duitpos','0001_initial','2026-11-26 19:12:22.983287');
INSERT INTO "django_migrations" VALUES(2,'account','0001_initial','2026-11-26 19:12:23.054758');
INSERT INTO "django_migrations" VALUES(3,'account','0002_email_max_length','2026-11-26 19:12:23.067474');
INSERT INTO "django_migrations" VALUES(4,'account','0003_alter_emailaddress_create_unique_verified_email','2026-11-26 19:12:23.078917');
INSERT INTO "django_migrations" VALUES(5,'account','0004_alter_emailaddress_drop_unique_email','2026-11-26 19:12:23.092525');
INSERT INTO "django_migrations" VALUES(6,'account','0005_emailaddress_idx_upper_email','2026-11-26 19:12:23.100212');
INSERT INTO "django_migrations" VALUES(7,'account','0006_emailaddress_lower','2026-11-26 19:12:23.134040');
INSERT INTO "django_migrations" VALUES(8,'account','0007_emailaddress_idx_email','2026-11-26 19:12:23.152434');
INSERT INTO "django_migrations" VALUES(9,'account','0008_emailaddress_unique_primary_email_fixup','2026-11-26 19:12:23.388481');
INSERT INTO "django_migrations" VALUES(10,'account','0009_emailaddress_unique_primary_email','2026-11-26 19:12:23.393737');
INSERT INTO "django_migrations" VALUES(11,'contenttypes','0001_initial','2026-11-26 19:12:23.397855');
INSERT INTO "django_migrations" VALUES(12,'contenttypes','0002_remove_content_type_name','2026-11-26 19:12:23.428753');
INSERT INTO "django_migrations" VALUES(13,'auth','0001_initial','2026-11-26 19:12:23.440873');
INSERT INTO "django_migrations" VALUES(14,'auth','0002_alter_permission_name_max_length','2026-11-26 19:12:23.449911');
INSERT INTO "django_migrations" VALUES(15,'auth','0003_alter_user_email_max_length','2026-11-26 19:12:23.455093');
INSERT INTO "django_migrations" VALUES(16,'auth','0004_alter_user_username_opts','2026-11-26 19:12:23.459553');
INSERT INTO "django_migrations" VALUES(17,'auth','0005_alter_user_last_login_null','2026-11-26 19:12:23.463953');
INSERT INTO "django_migrations" VALUES(18,'auth','0006_require_contenttypes_0002','2026-11-26 19:12:23.465441');
INSERT INTO "django_migrations" VALUES(19,'auth','0007_alter_validators_add_error_messages','2026-11-26 19:12:23.470150');
INSERT INTO "django_migrations" VALUES(20,'auth','0008_alter_user_username_max_length','2026-11-26 19:12:23.475718');
INSERT INTO "django_migrations" VALUES(21,'auth','0009_alter_user_last_name_max_length','2026-11-26 19:12:23.480868');
INSERT INTO "django_migrations" VALUES(22,'auth','0010_alter_group_name_max_length','2026-11-26 19:12:23.488970');
INSERT INTO "django_migrations" VALUES(23,'auth','0011_update_proxy_permissions','2026-11-26 19:12:23.512980');
INSERT INTO "django_migrations" VALUES(24,'auth','0012_alter_user_first_name_max_length','2026-11-26 19:12:23.518423');
INSERT INTO "django_migrations" VALUES(25,'django_tasks_database','0001_initial','2026-11-26 19:12:23.521691');
INSERT INTO "django_migrations" VALUES(26,'django_tasks_database','0002_alter_dbtaskresult_options','2026-11-26 19:12:23.524269');
INSERT INTO "django_migrations" VALUES(27,'django_tasks_database','0003_dbtaskresult_enqueued_at_dbtaskresult_finished_at','2026-11-26 19:12:23.533354');
INSERT INTO "django_migrations" VALUES(28,'django_tasks_database','0004_dbtaskresult_started_at','2026-11-26 19:12:23.537515');
INSERT INTO "django_migrations" VALUES(29,'django_tasks_database','0005_alter_dbtaskresult_priority_and_more','2026-11-26 19:12:23.550425');
INSERT INTO "django_migrations" VALUES(30,'django_tasks_database','0006_alter_dbtaskresult_args_kwargs_and_more','2026-11-26 19:12:23.566388');
INSERT INTO "django_migrations" VALUES(31,'django_tasks_database','0007_add_separate_results_fields','2026-11-26 19:12:23.572543');
INSERT INTO "django_migrations" VALUES(32,'django_tasks_database','0008_separate_results_field','2026-11-26 19:12:23.595514');
INSERT INTO "django_migrations" VALUES(33,'django_tasks_database','0009_remove_results_field','2026-11-26 19:12:23.602307');
INSERT INTO "django_migrations" VALUES(34,'django_tasks_database','0010_alter_dbtaskresult_status','2026-11-26 19:12:23.610214');
INSERT INTO "django_migrations" VALUES(35,'django_tasks_database','0011_rename_complete_status','2026-11-26 19:12:23.634277');
INSERT INTO "django_migrations" VALUES(36,'django_tasks_database','0012_add_separate_exception_fields','2026-11-26 19:12:23.648253');
INSERT INTO "django_migrations" VALUES(37,'django_tasks_database','0013_separate_exception_fields','2026-11-26 19:12:23.670390');
INSERT INTO "django_migrations" VALUES(38,'django_tasks_database','0014_remove_dbtaskresult_exception_data','2026-11-26 19:12:23.677495');
INSERT INTO "django_migrations" VALUES(39,'django_tasks_database','0015_correctly_order_run_after','2026-11-26 19:12:23.681042');
INSERT INTO "django_migrations" VALUES(40,'django_tasks_database','0016_remove_dbtaskresult_django_task_new_ordering_idx_and_more','2026-11-26 19:12:23.750178');
INSERT INTO "django_migrations" VALUES(41,'django_tasks_database','0017_dbtaskresult_metadata','2026-11-26 19:12:23.759542');
INSERT INTO "django_migrations" VALUES(42,'django_tasks_database','0018_rename_succeeded_status','2026-11-26 19:12:23.793635');
INSERT INTO "django_migrations" VALUES(43,'django_tasks_database','0019_rename_django_task_new_ordering_idx_tasks_db_new_ordering_idx_and_more','2026-11-26 19:12:23.821770');
INSERT INTO "django_migrations" VALUES(44,'django_tasks_database','0020_update_db_task_result_ordering','2026-11-26 19:12:23.830049');
INSERT INTO "django_migrations" VALUES(45,'django_tasks_database','0021_conditional_partial_index_ordering','2026-11-26 19:12:23.836454');
INSERT INTO "django_migrations" VALUES(46,'duitpos','0002_refused_starts','2026-11-26 19:12:24.012905');
INSERT INTO "django_migrations" VALUES(47,'duitpos','0003_disputes','2026-11-26 19:12:24.485448');
INSERT INTO "django_migrations" VALUES(48,'duitpos','0004_forget_foreign_events','2026-11-26 19:12:24.510882');
INSERT INTO "django_migrations" VALUES(49,'duitpos','0005_compare_sessions','2026-11-26 19:12:24.618364');
INSERT INTO "django_migrations" VALUES(50,'duitpos','0006_late_food_and_stock','2026-11-26 19:12:24.967361');
INSERT INTO "django_migrations" VALUES(51,'duitpos','0007_phones_and_starts','2026-11-26 19:12:25.023126');
INSERT INTO "django_migrations" VALUES(52,'duitpos','0008_alerts_and_outbox','2026-11-26 19:12:25.775798');
INSERT INTO "django_migrations" VALUES(53,'duitpos','0009_checkout_request','2026-11-26 19:12:25.854174');
INSERT INTO "django_migrations" VALUES(54,'duitpos','0010_unread_columns','2026-11-26 19:12:25.972467');
INSERT INTO "django_migrations" VALUES(55,'duitpos','0011_languages','2026-11-26 19:12:26.175334');
INSERT INTO "django_migrations" VALUES(56,'duitpos','0012_facts','2026-11-26 19:12:27.383740');
INSERT INTO "django_migrations" VALUES(57,'duitpos','0013_unknown_phones','2026-11-26 19:12:27.528266');
INSERT INTO "django_migrations" VALUES(58,'duitpos','0014_help_texts','2026-11-26 19:12:27.923818');
INSERT INTO "django_migrations" VALUES(59,'sessions','0001_initial','2026-11-26 19:12:27.927399');
CREATE TABLE "django_session" ("session_key" varchar(40) NOT NULL PRIMARY KEY, "session_data" text NOT NULL, "expire_date" datetime NOT NULL);
CREATE TABLE "django_tasks_database_dbtaskresult" ("id" char(32) NOT NULL PRIMARY KEY, "args_kwargs" text NOT NULL CHECK ((JSON_VALID("args_kwargs") OR "args_kwargs" IS NULL)), "priority" integer NOT NULL, "task_path" text NOT NULL, "queue_name" varchar(32) NOT NULL, "backend_name" varchar(32) NOT NULL, "run_after" datetime NOT NULL, "enqueued_at" datetime NOT NULL, "finished_at" datetime NULL, "started_at" datetime NULL, "return_value" text NULL CHECK ((JSON_VALID("return_value") OR "return_value" IS NULL)), "exception_class_path" text NOT NULL, "traceback" text NOT NULL, "worker_ids" text NOT NULL CHECK ((JSON_VALID("worker_ids") OR "worker_ids" IS NULL)), "status" varchar(10) NOT NULL, CONSTRAINT "priority_range" CHECK ("priority" BETWEEN -100 AND 100));
INSERT INTO "django_tasks_database_dbtaskresult" VALUES('1f99daf78d3640f0a426f27db0826a19','{"args": ["01a21946-018e-7504-8b64-e87f8aa0efae"], "kwargs": {}}',0,'duitpos.domain.payments.outbox.run.run_outbox_soon','default','default','9999-01-01 00:00:00','2026-11-26 19:12:28.438709',NULL,NULL,NULL,'','','[]','READY');
CREATE TABLE "duitpos_alert" ("id" char(32) NOT NULL PRIMARY KEY, "kind" varchar(24) NOT NULL, "subject_id" char(32) NOT NULL, "amount_minor" bigint NOT NULL, "currency" varchar(3) NOT NULL, "opened_at" datetime NOT NULL, "resolved_at" datetime NULL, "resolved_by_id" char(32) NULL REFERENCES "duitpos_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "order_id" char(32) NULL REFERENCES "duitpos_order" ("id") DEFERRABLE INITIALLY DEFERRED, "payment_id" char(32) NULL REFERENCES "duitpos_payment" ("id") DEFERRABLE INITIALLY DEFERRED, "account_id" char(32) NULL REFERENCES "duitpos_processoraccount" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, "facts" text NOT NULL CHECK ((JSON_VALID("facts") OR "facts" IS NULL)), "resolution" text NOT NULL CHECK ((JSON_VALID("resolution") OR "resolution" IS NULL)), CONSTRAINT "alert_once" UNIQUE ("tenant_id", "kind", "subject_id"), CONSTRAINT "alert_kind" CHECK ("kind" IN ('amount_differs', 'mode_differs', 'order_canceled', 'duplicate_payment', 'late_money', 'late_food', 'stock_back', 'paid_while_closed', 'sold_out_after_payment', 'refund_due', 'refund_failed', 'unknown_payment', 'no_payment_required', 'still_processing', 'not_at_processor', 'key_refused', 'event_failed', 'key_reused', 'start_refused', 'dispute', 'sweep_failed')));
CREATE TABLE "duitpos_dispute" ("id" char(32) NOT NULL PRIMARY KEY, "reference" varchar(80) NOT NULL, "status" varchar(14) NOT NULL, "amount_minor" bigint NOT NULL, "currency" varchar(3) NOT NULL, "reason" varchar(120) NOT NULL, "opened_at" datetime NOT NULL, "respond_by" datetime NULL, "said_at" datetime NOT NULL, "ended_at" datetime NULL, "payment_id" char(32) NOT NULL REFERENCES "duitpos_payment" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "dispute_once" UNIQUE ("tenant_id", "payment_id", "reference"), CONSTRAINT "dispute_status" CHECK ("status" IN ('inquiry', 'needs_response', 'under_review', 'won', 'lost', 'closed')));
CREATE TABLE "duitpos_installation" ("id" char(32) NOT NULL PRIMARY KEY, "base_url" varchar(200) NOT NULL, "adopted_at" datetime NOT NULL);
INSERT INTO "duitpos_installation" VALUES('f2c274e601e140a186d164c5a191fef0','http://localhost:39185','2026-11-26 19:12:28.104163');
CREATE TABLE "duitpos_itemgroup" ("id" char(32) NOT NULL PRIMARY KEY, "position" integer unsigned NOT NULL CHECK ("position" >= 0), "item_id" char(32) NOT NULL REFERENCES "duitpos_menuitem" ("id") DEFERRABLE INITIALLY DEFERRED, "group_id" char(32) NOT NULL REFERENCES "duitpos_modifiergroup" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "item_group" UNIQUE ("tenant_id", "item_id", "group_id"));
CREATE TABLE "duitpos_itemstock" ("id" char(32) NOT NULL PRIMARY KEY, "status" varchar(12) NOT NULL, "quantity" integer unsigned NULL CHECK ("quantity" >= 0), "changed_at" datetime NOT NULL, "location_id" char(32) NOT NULL REFERENCES "duitpos_location" ("id") DEFERRABLE INITIALLY DEFERRED, "item_id" char(32) NOT NULL REFERENCES "duitpos_menuitem" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "item_stock" UNIQUE ("tenant_id", "location_id", "item_id"), CONSTRAINT "item_stock_status" CHECK ("status" IN ('in_stock', 'limited', 'out_of_stock')));
CREATE TABLE "duitpos_ledgerentry" ("id" char(32) NOT NULL PRIMARY KEY, "kind" varchar(14) NOT NULL, "source_id" char(32) NOT NULL, "amount_minor" bigint NOT NULL, "currency" varchar(3) NOT NULL, "is_test" bool NOT NULL, "at" datetime NOT NULL, "business_date" date NOT NULL, "location_id" char(32) NULL REFERENCES "duitpos_location" ("id") DEFERRABLE INITIALLY DEFERRED, "payment_id" char(32) NOT NULL REFERENCES "duitpos_payment" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "ledger_once" UNIQUE ("tenant_id", "kind", "source_id"), CONSTRAINT "ledger_kind" CHECK ("kind" IN ('payment', 'refund', 'refund_failed', 'dispute', 'dispute_return', 'dispute_fee')));
INSERT INTO "duitpos_ledgerentry" VALUES('01a219460311752a9e189dae110913c9','payment','01a2194601c679c8b608cc49db899650',2500,'MYR',1,'2026-11-26 19:12:28.428007','2026-11-26','01a21946019979c2abe5d463a4385b97','01a2194601c679c8b608cc49db899650','01a21946018e75048b64e87f8aa0efae');
INSERT INTO "duitpos_ledgerentry" VALUES('01a21946034a76bf8d907a835a5f8c70','payment','01a21946032e73f686331e0c618128da',2500,'MYR',1,'2026-11-26 19:12:28.488407','2026-11-26','01a21946019979c2abe5d463a4385b97','01a21946032e73f686331e0c618128da','01a21946018e75048b64e87f8aa0efae');
INSERT INTO "duitpos_ledgerentry" VALUES('01a21946036d78ca98efb519b48797f7','refund','01a2194603527581b047a933c66b26fc',-2500,'MYR',1,'2026-11-26 19:12:28.525259','2026-11-26','01a21946019979c2abe5d463a4385b97','01a21946032e73f686331e0c618128da','01a21946018e75048b64e87f8aa0efae');
CREATE TABLE "duitpos_location" ("id" char(32) NOT NULL PRIMARY KEY, "name" varchar(120) NOT NULL, "slug" varchar(40) NOT NULL, "position" integer unsigned NOT NULL CHECK ("position" >= 0), "address" varchar(200) NOT NULL, "time_zone" varchar(64) NOT NULL, "locale" varchar(16) NOT NULL, "currency" varchar(3) NOT NULL, "day_closes_at" time NOT NULL, "service_charge_bp" integer unsigned NOT NULL CHECK ("service_charge_bp" >= 0), "tax_bp" integer unsigned NOT NULL CHECK ("tax_bp" >= 0), "tax_name" varchar(20) NOT NULL, "tax_is_inclusive" bool NOT NULL, "tax_on_service_charge" bool NOT NULL, "opens_at" time NULL, "closes_at" time NULL, "paused_at" datetime NULL, "menu_version" bigint unsigned NOT NULL CHECK ("menu_version" >= 0), "shown_version" bigint unsigned NOT NULL CHECK ("shown_version" >= 0), "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, "latest_to_cook" integer unsigned NOT NULL CHECK ("latest_to_cook" >= 0), CONSTRAINT "location_slug" UNIQUE ("tenant_id", "slug"));
INSERT INTO "duitpos_location" VALUES('01a21946019979c2abe5d463a4385b97','Bangsar','bangsar',0,'','Asia/Kuala_Lumpur','en_MY','MYR','04:00:00',0,0,'SST',0,0,NULL,NULL,NULL,1,1,'01a21946018e75048b64e87f8aa0efae',45);
CREATE TABLE "duitpos_membership" ("id" char(32) NOT NULL PRIMARY KEY, "role" varchar(10) NOT NULL, "is_active" bool NOT NULL, "created_at" datetime NOT NULL, "user_id" char(32) NOT NULL REFERENCES "duitpos_user" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "membership_user" UNIQUE ("tenant_id", "user_id"), CONSTRAINT "membership_role" CHECK ("role" IN ('owner', 'manager', 'cashier', 'kitchen')));
INSERT INTO "duitpos_membership" VALUES('01a2194601997ca3a2fefd0af5bdd0c5','owner',1,'2026-11-26 19:12:28.057328','01a21946019878d182fbefc09a351689','01a21946018e75048b64e87f8aa0efae');
CREATE TABLE "duitpos_menuitem" ("id" char(32) NOT NULL PRIMARY KEY, "name" varchar(120) NOT NULL, "description" varchar(300) NOT NULL, "price_minor" bigint NOT NULL, "currency" varchar(3) NOT NULL, "marks" text NOT NULL CHECK ((JSON_VALID("marks") OR "marks" IS NULL)), "allergens" text NOT NULL CHECK ((JSON_VALID("allergens") OR "allergens" IS NULL)), "is_active" bool NOT NULL, "position" integer unsigned NOT NULL CHECK ("position" >= 0), "section_id" char(32) NOT NULL REFERENCES "duitpos_menusection" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "menu_item_price" CHECK ("price_minor" >= 0));
INSERT INTO "duitpos_menuitem" VALUES('01a2194601a07afaad56f216d53379fe','Nasi lemak','',1250,'MYR','[]','[]',1,0,'01a21946019f7db48ddee1fd84b28885','01a21946018e75048b64e87f8aa0efae');
CREATE TABLE "duitpos_menusection" ("id" char(32) NOT NULL PRIMARY KEY, "name" varchar(80) NOT NULL, "position" integer unsigned NOT NULL CHECK ("position" >= 0), "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "duitpos_menusection" VALUES('01a21946019f7db48ddee1fd84b28885','Nasi lemak & co',0,'01a21946018e75048b64e87f8aa0efae');
CREATE TABLE "duitpos_menutext" ("id" char(32) NOT NULL PRIMARY KEY, "kind" varchar(10) NOT NULL, "subject_id" char(32) NOT NULL, "language" varchar(12) NOT NULL, "name" varchar(120) NOT NULL, "description" varchar(300) NOT NULL, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "menu_text_once" UNIQUE ("tenant_id", "language", "kind", "subject_id"), CONSTRAINT "menu_text_kind" CHECK ("kind" IN ('section', 'item', 'group', 'modifier')));
CREATE TABLE "duitpos_modifier" ("id" char(32) NOT NULL PRIMARY KEY, "name" varchar(80) NOT NULL, "price_delta_minor" bigint NOT NULL, "is_active" bool NOT NULL, "position" integer unsigned NOT NULL CHECK ("position" >= 0), "group_id" char(32) NOT NULL REFERENCES "duitpos_modifiergroup" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "duitpos_modifiergroup" ("id" char(32) NOT NULL PRIMARY KEY, "name" varchar(80) NOT NULL, "min_choices" smallint unsigned NOT NULL CHECK ("min_choices" >= 0), "max_choices" smallint unsigned NOT NULL CHECK ("max_choices" >= 0), "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "modifier_group_choices" CHECK (("max_choices" >= ("min_choices") AND "max_choices" >= 1)));
CREATE TABLE "duitpos_numberseries" ("id" char(32) NOT NULL PRIMARY KEY, "business_date" date NOT NULL, "is_test" bool NOT NULL, "last" integer unsigned NOT NULL CHECK ("last" >= 0), "location_id" char(32) NOT NULL REFERENCES "duitpos_location" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "number_series" UNIQUE ("tenant_id", "location_id", "business_date", "is_test"));
INSERT INTO "duitpos_numberseries" VALUES('01a21946030e7eb9bcaaa3458a22cff7','2026-11-26',1,2,'01a21946019979c2abe5d463a4385b97','01a21946018e75048b64e87f8aa0efae');
CREATE TABLE "duitpos_order" ("id" char(32) NOT NULL PRIMARY KEY, "status" varchar(10) NOT NULL, "is_test" bool NOT NULL, "token" varchar(32) NOT NULL, "guest_token" varchar(32) NOT NULL, "checkout_key" varchar(64) NOT NULL, "contents" varchar(64) NOT NULL, "note" varchar(300) NOT NULL, "currency" varchar(3) NOT NULL, "subtotal_minor" bigint NOT NULL, "service_charge_minor" bigint NOT NULL, "tax_minor" bigint NOT NULL, "total_minor" bigint NOT NULL, "service_charge_bp" integer unsigned NOT NULL CHECK ("service_charge_bp" >= 0), "tax_bp" integer unsigned NOT NULL CHECK ("tax_bp" >= 0), "tax_name" varchar(20) NOT NULL, "tax_is_inclusive" bool NOT NULL, "tax_on_service_charge" bool NOT NULL, "created_at" datetime NOT NULL, "placed_at" datetime NULL, "business_date" date NULL, "number" integer unsigned NULL CHECK ("number" >= 0), "ended_at" datetime NULL, "cancel_reason" varchar(200) NOT NULL, "location_id" char(32) NOT NULL REFERENCES "duitpos_location" ("id") DEFERRABLE INITIALLY DEFERRED, "released_by_id" char(32) NULL REFERENCES "duitpos_payment" ("id") DEFERRABLE INITIALLY DEFERRED, "table_id" char(32) NULL REFERENCES "duitpos_table" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, "stock_taken" text NOT NULL CHECK ((JSON_VALID("stock_taken") OR "stock_taken" IS NULL)), "is_unknown_phone" bool NOT NULL, "language" varchar(12) NOT NULL, "replaces_id" char(32) NULL REFERENCES "duitpos_order" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "order_checkout_key" UNIQUE ("tenant_id", "checkout_key"), CONSTRAINT "order_token" UNIQUE ("tenant_id", "token"), CONSTRAINT "order_number" UNIQUE ("tenant_id", "location_id", "business_date", "is_test", "number"), CONSTRAINT "order_status" CHECK ("status" IN ('held', 'placed', 'preparing', 'ready', 'served', 'canceled')), CONSTRAINT "order_total" CHECK ("total_minor" >= 0));
INSERT INTO "duitpos_order" VALUES('01a2194601c475a6af452ec20a7c9f94','placed',1,'61upCN5ke6OjwjQ7bqFguA','one','s3iuC-rI4n0FMdw65YM7tg','b64f98a9f5b4b0c6a81586bcc5edbae6f4907c7d581c533cb3736202cedb74f4','','MYR',2500,0,0,2500,0,0,'SST',0,0,'2026-11-26 19:12:28.098907','2026-11-26 19:12:28.428007','2026-11-26',1,NULL,'','01a21946019979c2abe5d463a4385b97','01a2194601c679c8b608cc49db899650','01a2194601a27a3985f6f5e160e7ed66','01a21946018e75048b64e87f8aa0efae','{}',0,'en',NULL);
INSERT INTO "duitpos_order" VALUES('01a21946032d7340965655af811c7690','placed',1,'0vhNc5ZDpCxpBaDQ44XCnw','two','ZNXfNLKSH8N9NOofvAydxw','b64f98a9f5b4b0c6a81586bcc5edbae6f4907c7d581c533cb3736202cedb74f4','','MYR',2500,0,0,2500,0,0,'SST',0,0,'2026-11-26 19:12:28.460041','2026-11-26 19:12:28.488407','2026-11-26',2,NULL,'','01a21946019979c2abe5d463a4385b97','01a21946032e73f686331e0c618128da','01a2194601a27a3985f6f5e160e7ed66','01a21946018e75048b64e87f8aa0efae','{}',0,'en',NULL);
INSERT INTO "duitpos_order" VALUES('01a21946038f7173bf3d79046305ba08','held',1,'CztJN0GBfnQj_JhCl8RABw','three','t539yUW0HQQDmKZOVF_d5A','b64f98a9f5b4b0c6a81586bcc5edbae6f4907c7d581c533cb3736202cedb74f4','','MYR',2500,0,0,2500,0,0,'SST',0,0,'2026-11-26 19:12:28.558015',NULL,NULL,NULL,NULL,'','01a21946019979c2abe5d463a4385b97',NULL,'01a2194601a27a3985f6f5e160e7ed66','01a21946018e75048b64e87f8aa0efae','{}',0,'en',NULL);
INSERT INTO "duitpos_order" VALUES('01a2194603a871f98e90e3fdd1dea110','held',1,'xO2jwginxm4k5I_HYNWBjg','four','J0gUhpSwGVUnY7SfMO4T3w','b64f98a9f5b4b0c6a81586bcc5edbae6f4907c7d581c533cb3736202cedb74f4','','MYR',2500,0,0,2500,0,0,'SST',0,0,'2026-11-26 19:12:28.583768',NULL,NULL,NULL,NULL,'','01a21946019979c2abe5d463a4385b97',NULL,'01a2194601a27a3985f6f5e160e7ed66','01a21946018e75048b64e87f8aa0efae','{}',0,'en',NULL);
CREATE TABLE "duitpos_orderevent" ("id" char(32) NOT NULL PRIMARY KEY, "at" datetime NOT NULL, "actor" varchar(20) NOT NULL, "from_status" varchar(10) NOT NULL, "to_status" varchar(10) NOT NULL, "reason" varchar(200) NOT NULL, "member_id" char(32) NULL REFERENCES "duitpos_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "order_id" char(32) NOT NULL REFERENCES "duitpos_order" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "duitpos_orderevent" VALUES('01a2194601c6736a9649082fb0fd8206','2026-11-26 19:12:28.098907','guest','','held','',NULL,'01a2194601c475a6af452ec20a7c9f94','01a21946018e75048b64e87f8aa0efae');
INSERT INTO "duitpos_orderevent" VALUES('01a21946030e76959a674882423abdc3','2026-11-26 19:12:28.428007','webhook','held','placed','',NULL,'01a2194601c475a6af452ec20a7c9f94','01a21946018e75048b64e87f8aa0efae');
INSERT INTO "duitpos_orderevent" VALUES('01a21946032e76d782f0530d6e034b0e','2026-11-26 19:12:28.460041','guest','','held','',NULL,'01a21946032d7340965655af811c7690','01a21946018e75048b64e87f8aa0efae');
INSERT INTO "duitpos_orderevent" VALUES('01a219460349714b97dda390b9a370c5','2026-11-26 19:12:28.488407','webhook','held','placed','',NULL,'01a21946032d7340965655af811c7690','01a21946018e75048b64e87f8aa0efae');
INSERT INTO "duitpos_orderevent" VALUES('01a21946038f760a898e2971ab488284','2026-11-26 19:12:28.558015','guest','','held','',NULL,'01a21946038f7173bf3d79046305ba08','01a21946018e75048b64e87f8aa0efae');
INSERT INTO "duitpos_orderevent" VALUES('01a2194603a97296ba0169a3881e8c13','2026-11-26 19:12:28.583768','guest','','held','',NULL,'01a2194603a871f98e90e3fdd1dea110','01a21946018e75048b64e87f8aa0efae');
CREATE TABLE "duitpos_orderline" ("id" char(32) NOT NULL PRIMARY KEY, "position" integer unsigned NOT NULL CHECK ("position" >= 0), "name" varchar(120) NOT NULL, "quantity" integer unsigned NOT NULL CHECK ("quantity" >= 0), "unit_price_minor" bigint NOT NULL, "total_minor" bigint NOT NULL, "modifiers" text NOT NULL CHECK ((JSON_VALID("modifiers") OR "modifiers" IS NULL)), "allergens" text NOT NULL CHECK ((JSON_VALID("allergens") OR "allergens" IS NULL)), "note" varchar(200) NOT NULL, "item_id" char(32) NOT NULL REFERENCES "duitpos_menuitem" ("id") DEFERRABLE INITIALLY DEFERRED, "order_id" char(32) NOT NULL REFERENCES "duitpos_order" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, "guest_name" varchar(120) NOT NULL, CONSTRAINT "order_line_position" UNIQUE ("tenant_id", "order_id", "position"), CONSTRAINT "order_line_quantity" CHECK ("quantity" >= 1));
INSERT INTO "duitpos_orderline" VALUES('01a2194601bd74ba976d8e64ccea78b5',0,'Nasi lemak',2,1250,2500,'[]','[]','','01a2194601a07afaad56f216d53379fe','01a2194601c475a6af452ec20a7c9f94','01a21946018e75048b64e87f8aa0efae','');
INSERT INTO "duitpos_orderline" VALUES('01a2194603297b6ead85462e1a8f2916',0,'Nasi lemak',2,1250,2500,'[]','[]','','01a2194601a07afaad56f216d53379fe','01a21946032d7340965655af811c7690','01a21946018e75048b64e87f8aa0efae','');
INSERT INTO "duitpos_orderline" VALUES('01a2194603847e27be882b2cfd2833c9',0,'Nasi lemak',2,1250,2500,'[]','[]','','01a2194601a07afaad56f216d53379fe','01a21946038f7173bf3d79046305ba08','01a21946018e75048b64e87f8aa0efae','');
INSERT INTO "duitpos_orderline" VALUES('01a2194603a47269a769375a9e7fa6af',0,'Nasi lemak',2,1250,2500,'[]','[]','','01a2194601a07afaad56f216d53379fe','01a2194603a871f98e90e3fdd1dea110','01a21946018e75048b64e87f8aa0efae','');
CREATE TABLE "duitpos_outboxentry" ("id" char(32) NOT NULL PRIMARY KEY, "kind" varchar(10) NOT NULL, "subject_id" char(32) NOT NULL, "created_at" datetime NOT NULL, "due_at" datetime NULL, "done_at" datetime NULL, "tries" integer unsigned NOT NULL CHECK ("tries" >= 0), "order_id" char(32) NOT NULL REFERENCES "duitpos_order" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, "problem" text NOT NULL CHECK ((JSON_VALID("problem") OR "problem" IS NULL)), "outcome" varchar(10) NOT NULL, CONSTRAINT "outbox_once" UNIQUE ("tenant_id", "kind", "subject_id"), CONSTRAINT "outbox_kind" CHECK ("kind" IN ('receipt', 'details')));
INSERT INTO "duitpos_outboxentry" VALUES('01a2194603127ffb9210873878d86f4b','receipt','01a2194601c679c8b608cc49db899650','2026-11-26 19:12:28.428007','2026-11-26 19:12:28.428007',NULL,0,'01a2194601c475a6af452ec20a7c9f94','01a21946018e75048b64e87f8aa0efae','{}','');
INSERT INTO "duitpos_outboxentry" VALUES('01a2194603127027b3b4503f7b79c5c0','details','01a2194601c679c8b608cc49db899650','2026-11-26 19:12:28.428007','2026-11-26 19:12:28.428007',NULL,0,'01a2194601c475a6af452ec20a7c9f94','01a21946018e75048b64e87f8aa0efae','{}','');
INSERT INTO "duitpos_outboxentry" VALUES('01a21946034a78f8ad4c82023c09d227','receipt','01a21946032e73f686331e0c618128da','2026-11-26 19:12:28.488407','2026-11-26 19:12:28.488407',NULL,0,'01a21946032d7340965655af811c7690','01a21946018e75048b64e87f8aa0efae','{}','');
INSERT INTO "duitpos_outboxentry" VALUES('01a21946034a72028930d31e07ad7351','details','01a21946032e73f686331e0c618128da','2026-11-26 19:12:28.488407','2026-11-26 19:12:28.488407',NULL,0,'01a21946032d7340965655af811c7690','01a21946018e75048b64e87f8aa0efae','{}','');
CREATE TABLE "duitpos_payment" ("id" char(32) NOT NULL PRIMARY KEY, "status" varchar(10) NOT NULL, "is_test" bool NOT NULL, "processing_since" datetime NULL, "amount_minor" bigint NOT NULL, "currency" varchar(3) NOT NULL, "created_at" datetime NOT NULL, "expires_at" datetime NULL, "reference" varchar(80) NOT NULL, "redirect_url" text NOT NULL, "intent_reference" varchar(80) NOT NULL, "charge_reference" varchar(80) NOT NULL, "moved_minor" bigint NULL, "moved_currency" varchar(3) NOT NULL, "method" text NOT NULL CHECK ((JSON_VALID("method") OR "method" IS NULL)), "guest_email" varchar(254) NOT NULL, "settled_at" datetime NULL, "settled_via" varchar(10) NOT NULL, "paid_at" datetime NULL, "business_date" date NULL, "ended_at" datetime NULL, "refund_reserved_minor" bigint NOT NULL, "returned_at" datetime NULL, "asked_at" datetime NULL, "next_check_at" datetime NULL, "checks" integer unsigned NOT NULL CHECK ("checks" >= 0), "location_id" char(32) NULL REFERENCES "duitpos_location" ("id") DEFERRABLE INITIALLY DEFERRED, "order_id" char(32) NULL REFERENCES "duitpos_order" ("id") DEFERRABLE INITIALLY DEFERRED, "payment_type_id" char(32) NOT NULL REFERENCES "duitpos_paymenttype" ("id") DEFERRABLE INITIALLY DEFERRED, "account_id" char(32) NOT NULL REFERENCES "duitpos_processoraccount" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, "not_found_at" datetime NULL, "checkout_request" text NOT NULL CHECK ((JSON_VALID("checkout_request") OR "checkout_request" IS NULL)), "failure" text NOT NULL CHECK ((JSON_VALID("failure") OR "failure" IS NULL)), "last_problem" text NOT NULL CHECK ((JSON_VALID("last_problem") OR "last_problem" IS NULL)), CONSTRAINT "payment_status" CHECK ("status" IN ('created', 'pending', 'succeeded', 'failed', 'canceled')), CONSTRAINT "payment_reserved" CHECK ("refund_reserved_minor" >= 0));
INSERT INTO "duitpos_payment" VALUES('01a2194601c679c8b608cc49db899650','succeeded',1,NULL,2500,'MYR','2026-11-26 19:12:28.098907','2026-11-26 19:57:28.098907','cs_test_a1WU0ddZRyYIrtcalDTEDpUxapREO0Lxax0FxGpRq8ddfcxI9vpT1cVbeF','http://127.0.0.1:50313/c/pay/cs_test_a1WU0ddZRyYIrtcalDTEDpUxapREO0Lxax0FxGpRq8ddfcxI9vpT1cVbeF','pi_3SICqszYHRcpX2ILoDxrp33R','',2500,'MYR','{}','guest@example.com','2026-11-26 19:12:28.428007','webhook','2026-11-26 19:12:28','2026-11-26',NULL,0,NULL,NULL,NULL,0,'01a21946019979c2abe5d463a4385b97','01a2194601c475a6af452ec20a7c9f94','01a21946019b7ac098308f34dcf7167a','01a2194601a7779b81db1d95677e4bfb','01a21946018e75048b64e87f8aa0efae',NULL,'{"correlation": {"installation": "f2c274e6-01e1-40a1-86d1-64c5a191fef0", "tenant": "01a21946-018e-7504-8b64-e87f8aa0efae", "payment": "01a21946-01c6-79c8-b608-cc49db899650"}, "amount_minor": 2500, "currency": "MYR", "lines": [{"name": "Nasi lemak", "unit_minor": 1250, "quantity": 2, "description": ""}], "success_url": "http://localhost:39185/kopi/pay/return/61upCN5ke6OjwjQ7bqFguA/?session_id={REFERENCE}", "cancel_url": "http://localhost:39185/kopi/pay/cancel/61upCN5ke6OjwjQ7bqFguA/", "expires_at": 1795723048, "description": "Order at Kopi, Bangsar", "locale": "en", "api_version": "2026-10-28.endive"}','{}','{}');
INSERT INTO "duitpos_payment" VALUES('01a21946032e73f686331e0c618128da','succeeded',1,NULL,2500,'MYR','2026-11-26 19:12:28.460041','2026-11-26 19:57:28.460041','cs_test_a1oSY1XFNJl5YDg09fCDDeFMEXvEMAtIWIWUkh59cWQcArQCvoDrUJcM7U','http://127.0.0.1:50313/c/pay/cs_test_a1oSY1XFNJl5YDg09fCDDeFMEXvEMAtIWIWUkh59cWQcArQCvoDrUJcM7U','pi_3Slw3oeEzVnEe2vglSB3gotQ','',2500,'MYR','{}','guest@example.com','2026-11-26 19:12:28.488407','webhook','2026-11-26 19:12:28','2026-11-26',NULL,2500,NULL,NULL,NULL,0,'01a21946019979c2abe5d463a4385b97','01a21946032d7340965655af811c7690','01a21946019b7ac098308f34dcf7167a','01a2194601a7779b81db1d95677e4bfb','01a21946018e75048b64e87f8aa0efae',NULL,'{"correlation": {"installation": "f2c274e6-01e1-40a1-86d1-64c5a191fef0", "tenant": "01a21946-018e-7504-8b64-e87f8aa0efae", "payment": "01a21946-032e-73f6-8633-1e0c618128da"}, "amount_minor": 2500, "currency": "MYR", "lines": [{"name": "Nasi lemak", "unit_minor": 1250, "quantity": 2, "description": ""}], "success_url": "http://localhost:39185/kopi/pay/return/0vhNc5ZDpCxpBaDQ44XCnw/?session_id={REFERENCE}", "cancel_url": "http://localhost:39185/kopi/pay/cancel/0vhNc5ZDpCxpBaDQ44XCnw/", "expires_at": 1795723048, "description": "Order at Kopi, Bangsar", "locale": "en", "api_version": "2026-10-28.endive"}','{}','{}');
INSERT INTO "duitpos_payment" VALUES('01a21946039075e8803a242925d14529','pending',1,NULL,2500,'MYR','2026-11-26 19:12:28.558015','2026-11-26 19:57:28.558015','cs_test_a1H1Tga8QN3rZWaT7jJaaDcL3cesfC6BSgi3NyTIszuGY0dIhOligX6vd1','http://127.0.0.1:50313/c/pay/cs_test_a1H1Tga8QN3rZWaT7jJaaDcL3cesfC6BSgi3NyTIszuGY0dIhOligX6vd1','','',NULL,'','{}','',NULL,'',NULL,NULL,NULL,0,NULL,NULL,'2026-11-26 19:13:58.569358',0,'01a21946019979c2abe5d463a4385b97','01a21946038f7173bf3d79046305ba08','01a21946019b7ac098308f34dcf7167a','01a2194601a7779b81db1d95677e4bfb','01a21946018e75048b64e87f8aa0efae',NULL,'{"correlation": {"installation": "f2c274e6-01e1-40a1-86d1-64c5a191fef0", "tenant": "01a21946-018e-7504-8b64-e87f8aa0efae", "payment": "01a21946-0390-75e8-803a-242925d14529"}, "amount_minor": 2500, "currency": "MYR", "lines": [{"name": "Nasi lemak", "unit_minor": 1250, "quantity": 2, "description": ""}], "success_url": "http://localhost:39185/kopi/pay/return/CztJN0GBfnQj_JhCl8RABw/?session_id={REFERENCE}", "cancel_url": "http://localhost:39185/kopi/pay/cancel/CztJN0GBfnQj_JhCl8RABw/", "expires_at": 1795723048, "description": "Order at Kopi, Bangsar", "locale": "en", "api_version": "2026-10-28.endive"}','{}','{}');
INSERT INTO "duitpos_payment" VALUES('01a2194603a97e57a0a1e5fcd7131990','pending',1,NULL,2500,'MYR','2026-11-26 19:12:28.583768','2026-11-26 19:57:28.583768','cs_test_a1nfFSbqPWb6JdYtAWxNzD9sttqzdInouvLc7FJYm0VjBjqIci3cYVyAGu','http://127.0.0.1:50313/c/pay/cs_test_a1nfFSbqPWb6JdYtAWxNzD9sttqzdInouvLc7FJYm0VjBjqIci3cYVyAGu','','',NULL,'','{}','',NULL,'',NULL,NULL,NULL,0,NULL,NULL,'2026-11-26 19:13:58.594879',0,'01a21946019979c2abe5d463a4385b97','01a2194603a871f98e90e3fdd1dea110','01a21946019b7ac098308f34dcf7167a','01a2194601a7779b81db1d95677e4bfb','01a21946018e75048b64e87f8aa0efae',NULL,'{"correlation": {"installation": "f2c274e6-01e1-40a1-86d1-64c5a191fef0", "tenant": "01a21946-018e-7504-8b64-e87f8aa0efae", "payment": "01a21946-03a9-7e57-a0a1-e5fcd7131990"}, "amount_minor": 2500, "currency": "MYR", "lines": [{"name": "Nasi lemak", "unit_minor": 1250, "quantity": 2, "description": ""}], "success_url": "http://localhost:39185/kopi/pay/return/xO2jwginxm4k5I_HYNWBjg/?session_id={REFERENCE}", "cancel_url": "http://localhost:39185/kopi/pay/cancel/xO2jwginxm4k5I_HYNWBjg/", "expires_at": 1795723048, "description": "Order at Kopi, Bangsar", "locale": "en", "api_version": "2026-10-28.endive"}','{}','{}');
CREATE TABLE "duitpos_paymentdecline" ("id" char(32) NOT NULL PRIMARY KEY, "reference" varchar(80) NOT NULL, "at" datetime NOT NULL, "code" varchar(60) NOT NULL, "decline_code" varchar(60) NOT NULL, "message" varchar(300) NOT NULL, "method" text NOT NULL CHECK ((JSON_VALID("method") OR "method" IS NULL)), "payment_id" char(32) NOT NULL REFERENCES "duitpos_payment" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "decline_once" UNIQUE ("tenant_id", "payment_id", "reference"));
INSERT INTO "duitpos_paymentdecline" VALUES('01a2194603c073359dab089dfc8f8b5f','ch_3S1R6x7iSJVh6car3t0b9We4','2026-11-26 19:12:28','card_declined','insufficient_funds','Your card has insufficient funds.','{"kind": "card", "brand": "visa", "last4": "9995", "country": "US", "funding": "credit"}','01a2194603a97e57a0a1e5fcd7131990','01a21946018e75048b64e87f8aa0efae');
CREATE TABLE "duitpos_paymenttype" ("id" char(32) NOT NULL PRIMARY KEY, "code" varchar(20) NOT NULL, "name" varchar(60) NOT NULL, "kind" varchar(10) NOT NULL, "is_active" bool NOT NULL, "position" integer unsigned NOT NULL CHECK ("position" >= 0), "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "payment_type_code" UNIQUE ("tenant_id", "code"), CONSTRAINT "payment_type_kind" CHECK ("kind" IN ('online', 'counter')));
INSERT INTO "duitpos_paymenttype" VALUES('01a21946019a7e90924e8ec6b2356f04','CASH','Cash','counter',1,0,'01a21946018e75048b64e87f8aa0efae');
INSERT INTO "duitpos_paymenttype" VALUES('01a21946019b7ac098308f34dcf7167a','STRIPE','Online Payment','online',1,1,'01a21946018e75048b64e87f8aa0efae');
CREATE TABLE "duitpos_processoraccount" ("id" char(32) NOT NULL PRIMARY KEY, "processor" varchar(20) NOT NULL, "external_id" varchar(80) NOT NULL, "mode" varchar(4) NOT NULL, "state" varchar(10) NOT NULL, "api_base" varchar(200) NOT NULL, "secrets" text NOT NULL CHECK ((JSON_VALID("secrets") OR "secrets" IS NULL)), "created_at" datetime NOT NULL, "name" varchar(120) NOT NULL, "country" varchar(2) NOT NULL, "currency" varchar(3) NOT NULL, "can_charge" bool NOT NULL, "checked_at" datetime NULL, "paused_at" datetime NULL, "last_event_at" datetime NULL, "bad_signatures" integer unsigned NOT NULL CHECK ("bad_signatures" >= 0), "last_bad_signature_at" datetime NULL, "last_bad_signature" varchar(200) NOT NULL, "foreign_events" integer unsigned NOT NULL CHECK ("foreign_events" >= 0), "unknown_events" integer unsigned NOT NULL CHECK ("unknown_events" >= 0), "next_events_at" datetime NULL, "events_seen_to" datetime NULL, "payment_type_id" char(32) NOT NULL REFERENCES "duitpos_paymenttype" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, "offered_again_at" datetime NULL, "refused_starts" integer unsigned NOT NULL CHECK ("refused_starts" >= 0), "signature_skew" integer NOT NULL, "thin_event_at" datetime NULL, "sessions_seen_to" datetime NULL, "problem" text NOT NULL CHECK ((JSON_VALID("problem") OR "problem" IS NULL)), "start_problem" text NOT NULL CHECK ((JSON_VALID("start_problem") OR "start_problem" IS NULL)), CONSTRAINT "account_state" CHECK ("state" IN ('new', 'active', 'retired')), CONSTRAINT "account_mode" CHECK ("mode" IN ('test', 'live')));
INSERT INTO "duitpos_processoraccount" VALUES('01a2194601a7779b81db1d95677e4bfb','stripe','acct_1SCgMsC6wpnItwY4','test','active','http://127.0.0.1:50313','{"secret_key": "test:TrJkAVvSCZXq91ifUGSKARPs/E0XGaCPVjjc2IRVHSi2LXjpzBeoVBVgsw==", "webhook_secret": "test:AiJunVGzhshEx+VV7xA9xhr6SV0pzgY/LbsNIM43cjvPQFpffTo72FZvS0zu0tE3e2LPzsHmozWAFEoctSxq6tN0", "webhook_secret_previous": "test:iFYaVQQ/EqH7jc3NMMgg1+erdPPcdVpdl2X9ewLg8fTgKE/LPfttsuNpnH+EOOB88fOZGHG0vZqy"}','2026-11-26 19:12:28.073691','Sandbox Café','MY','MYR',1,NULL,NULL,'2026-11-26 19:12:28.434985',0,NULL,'',0,0,NULL,NULL,'01a21946019b7ac098308f34dcf7167a','01a21946018e75048b64e87f8aa0efae',NULL,0,0,NULL,NULL,'{}','{}');
CREATE TABLE "duitpos_refund" ("id" char(32) NOT NULL PRIMARY KEY, "status" varchar(10) NOT NULL, "source" varchar(10) NOT NULL, "amount_minor" bigint NOT NULL, "currency" varchar(3) NOT NULL, "reason" varchar(200) NOT NULL, "created_at" datetime NOT NULL, "reference" varchar(80) NOT NULL, "key_generation" integer unsigned NOT NULL CHECK ("key_generation" >= 0), "first_sent_at" datetime NULL, "ended_at" datetime NULL, "next_check_at" datetime NULL, "checks" integer unsigned NOT NULL CHECK ("checks" >= 0), "member_id" char(32) NULL REFERENCES "duitpos_membership" ("id") DEFERRABLE INITIALLY DEFERRED, "payment_id" char(32) NOT NULL REFERENCES "duitpos_payment" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, "failure" text NOT NULL CHECK ((JSON_VALID("failure") OR "failure" IS NULL)), CONSTRAINT "refund_status" CHECK ("status" IN ('created', 'pending', 'succeeded', 'failed', 'canceled')), CONSTRAINT "refund_amount" CHECK ("amount_minor" > 0), CONSTRAINT "refund_source" CHECK ("source" IN ('staff', 'processor')));
INSERT INTO "duitpos_refund" VALUES('01a2194603527581b047a933c66b26fc','succeeded','staff',2500,'MYR','cold soup','2026-11-26 19:12:28.498475','re_3S5bOKSdFOOf4ppEXE5M2YjT',1,'2026-11-26 19:12:28.498475','2026-11-26 19:12:28.525259','2026-11-27 19:12:28.525259',0,'01a2194601997ca3a2fefd0af5bdd0c5','01a21946032e73f686331e0c618128da','01a21946018e75048b64e87f8aa0efae','{}');
CREATE TABLE "duitpos_startcounter" ("id" char(32) NOT NULL PRIMARY KEY, "phones" varchar(8) NOT NULL, "begins_at" datetime NOT NULL, "count" integer unsigned NOT NULL CHECK ("count" >= 0), "table_id" char(32) NOT NULL REFERENCES "duitpos_table" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "start_counter" UNIQUE ("tenant_id", "table_id", "phones", "begins_at"), CONSTRAINT "start_counter_phones" CHECK ("phones" IN ('known', 'unknown')));
INSERT INTO "duitpos_startcounter" VALUES('01a2194601c374ce86e4f52d62fd31cf','known','2026-11-26 19:10:00',4,'01a2194601a27a3985f6f5e160e7ed66','01a21946018e75048b64e87f8aa0efae');
CREATE TABLE "duitpos_table" ("id" char(32) NOT NULL PRIMARY KEY, "name" varchar(40) NOT NULL, "area" varchar(60) NOT NULL, "token" varchar(32) NOT NULL, "token_rotated_at" datetime NULL, "is_active" bool NOT NULL, "position" integer unsigned NOT NULL CHECK ("position" >= 0), "location_id" char(32) NOT NULL REFERENCES "duitpos_location" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "table_token" UNIQUE ("tenant_id", "token"), CONSTRAINT "table_name" UNIQUE ("tenant_id", "location_id", "name"));
INSERT INTO "duitpos_table" VALUES('01a2194601a27a3985f6f5e160e7ed66','1','','oUCMT5pxlXzwHSFLhO9gIg',NULL,1,0,'01a21946019979c2abe5d463a4385b97','01a21946018e75048b64e87f8aa0efae');
CREATE TABLE "duitpos_tenant" ("id" char(32) NOT NULL PRIMARY KEY, "slug" varchar(40) NOT NULL UNIQUE, "name" varchar(120) NOT NULL, "created_at" datetime NOT NULL, "closed_at" datetime NULL, "menu_language" varchar(12) NOT NULL);
INSERT INTO "duitpos_tenant" VALUES('01a21946018e75048b64e87f8aa0efae','kopi','Kopi','2026-11-26 19:12:28.047158',NULL,'en');
CREATE TABLE "duitpos_user" ("password" varchar(128) NOT NULL, "id" char(32) NOT NULL PRIMARY KEY, "email" varchar(254) NOT NULL UNIQUE, "name" varchar(120) NOT NULL, "is_active" bool NOT NULL, "created_at" datetime NOT NULL);
INSERT INTO "duitpos_user" VALUES('md5$0DPCM3L1IVHaXs1vWSyF2e$38bb48fdc40ce492a0fcf0cbd5b0fb9c','01a21946019878d182fbefc09a351689','owner@kopi.example','',1,'2026-11-26 19:12:28.056534');
CREATE TABLE "duitpos_webhookevent" ("id" char(32) NOT NULL PRIMARY KEY, "external_id" varchar(80) NOT NULL, "type" varchar(80) NOT NULL, "state" varchar(6) NOT NULL, "outcome" varchar(40) NOT NULL, "body" text NOT NULL, "received_at" datetime NOT NULL, "tries" integer unsigned NOT NULL CHECK ("tries" >= 0), "error" text NOT NULL, "account_id" char(32) NOT NULL REFERENCES "duitpos_processoraccount" ("id") DEFERRABLE INITIALLY DEFERRED, "payment_id" char(32) NULL REFERENCES "duitpos_payment" ("id") DEFERRABLE INITIALLY DEFERRED, "tenant_id" char(32) NOT NULL REFERENCES "duitpos_tenant" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "event_once" UNIQUE ("tenant_id", "account_id", "external_id"), CONSTRAINT "event_state" CHECK ("state" IN ('done', 'failed')));
INSERT INTO "duitpos_webhookevent" VALUES('01a219460314753387ecd926f9b67e2b','evt_1S3QEcm0RM4kmeUB3tY0jkTY','checkout.session.completed','done','settled','{
  "id": "evt_1S3QEcm0RM4kmeUB3tY0jkTY",
  "object": "event",
  "api_version": "2026-10-28.endive",
  "created": 1795720348,
  "data": {
    "object": {
      "id": "cs_test_a1WU0ddZRyYIrtcalDTEDpUxapREO0Lxax0FxGpRq8ddfcxI9vpT1cVbeF",
      "object": "checkout.session",
      "after_expiration": null,
      "automatic_tax": {
        "enabled": false,
        "liability": null,
        "provider": null,
        "status": null
      },
      "client_secret": null,
      "collected_information": {
        "business_name": null,
        "individual_name": null,
        "shipping_details": null
      },
      "consent": null,
      "currency_conversion": null,
      "custom_fields": [],
      "customer": null,
      "customer_account": null,
      "customer_details": {
        "address": {
          "city": null,
          "country": "MY",
          "line1": null,
          "line2": null,
          "postal_code": null,
          "state": null
        },
        "business_name": null,
        "email": "guest@example.com",
        "individual_name": null,
        "name": "A. Guest",
        "phone": null,
        "tax_exempt": "none",
        "tax_ids": []
      },
      "discounts": [],
      "invoice": null,
      "invoice_creation": {
        "enabled": false,
        "invoice_data": {
          "account_tax_ids": null,
          "custom_fields": null,
          "description": null,
          "footer": null,
          "issuer": null,
          "metadata": {},
          "rendering_options": null
        }
      },
      "managed_payments": {
        "enabled": false
      },
      "payment_link": null,
      "permissions": null,
      "phone_number_collection": {
        "enabled": false
      },
      "recovered_from": null,
      "saved_payment_method_options": null,
      "setup_intent": null,
      "shipping_address_collection": null,
      "shipping_cost": null,
      "shipping_options": [],
      "subscription": null,
      "total_details": {
        "amount_discount": 0,
        "amount_shipping": 0,
        "amount_tax": 0
      },
      "adaptive_pricing": {
        "enabled": false
      },
      "allow_promotion_codes": null,
      "allowed_payment_method_types": null,
      "amount_subtotal": 2500,
      "amount_total": 2500,
      "billing_address_collection": null,
      "cancel_url": "http://localhost:39185/kopi/pay/cancel/61upCN5ke6OjwjQ7bqFguA/",
      "client_reference_id": "01a21946-01c6-79c8-b608-cc49db899650",
      "consent_collection": null,
      "created": 1795720348,
      "currency": "myr",
      "custom_text": {
        "after_submit": null,
        "shipping_address": null,
        "submit": null,
        "terms_of_service_acceptance": null
      },
      "customer_creation": "if_required",
      "customer_email": null,
      "expires_at": 1795723048,
      "integration_identifier": null,
      "livemode": false,
      "locale": "en",
      "metadata": {
        "installation": "f2c274e6-01e1-40a1-86d1-64c5a191fef0",
        "tenant": "01a21946-018e-7504-8b64-e87f8aa0efae",
        "payment": "01a21946-01c6-79c8-b608-cc49db899650"
      },
      "mode": "payment",
      "origin_context": null,
      "payment_intent": "pi_3SICqszYHRcpX2ILoDxrp33R",
      "payment_method_collection": "if_required",
      "payment_method_configuration_details": {
        "id": "pmc_1SandboxDefaultConfigurat",
        "parent": null
      },
      "payment_method_options": {
        "card": {
          "request_three_d_secure": "automatic"
        }
      },
      "payment_method_types": [
        "card",
        "fpx",
        "grabpay",
        "customer_balance"
      ],
      "payment_status": "paid",
      "status": "complete",
      "submit_type": null,
      "success_url": "http://localhost:39185/kopi/pay/return/61upCN5ke6OjwjQ7bqFguA/?session_id={CHECKOUT_SESSION_ID}",
      "ui_mode": "hosted_page",
      "url": null,
      "wallet_options": null
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": null,
    "idempotency_key": null
  },
  "type": "checkout.session.completed"
}','2026-11-26 19:12:28.436042',1,'','01a2194601a7779b81db1d95677e4bfb','01a2194601c679c8b608cc49db899650','01a21946018e75048b64e87f8aa0efae');
INSERT INTO "duitpos_webhookevent" VALUES('01a21946034a7f999d32780937332158','evt_1S2C6VHFrMdHhM7lWosHJ9Gv','checkout.session.completed','done','settled','{
  "id": "evt_1S2C6VHFrMdHhM7lWosHJ9Gv",
  "object": "event",
  "api_version": "2026-10-28.endive",
  "created": 1795720348,
  "data": {
    "object": {
      "id": "cs_test_a1oSY1XFNJl5YDg09fCDDeFMEXvEMAtIWIWUkh59cWQcArQCvoDrUJcM7U",
      "object": "checkout.session",
      "after_expiration": null,
      "automatic_tax": {
        "enabled": false,
        "liability": null,
        "provider": null,
        "status": null
      },
      "client_secret": null,
      "collected_information": {
        "business_name": null,
        "individual_name": null,
        "shipping_details": null
      },
      "consent": null,
      "currency_conversion": null,
      "custom_fields": [],
      "customer": null,
      "customer_account": null,
      "customer_details": {
        "address": {
          "city": null,
          "country": "MY",
          "line1": null,
          "line2": null,
          "postal_code": null,
          "state": null
        },
        "business_name": null,
        "email": "guest@example.com",
        "individual_name": null,
        "name": "A. Guest",
        "phone": null,
        "tax_exempt": "none",
        "tax_ids": []
      },
      "discounts": [],
      "invoice": null,
      "invoice_creation": {
        "enabled": false,
        "invoice_data": {
          "account_tax_ids": null,
          "custom_fields": null,
          "description": null,
          "footer": null,
          "issuer": null,
          "metadata": {},
          "rendering_options": null
        }
      },
      "managed_payments": {
        "enabled": false
      },
      "payment_link": null,
      "permissions": null,
      "phone_number_collection": {
        "enabled": false
      },
      "recovered_from": null,
      "saved_payment_method_options": null,
      "setup_intent": null,
      "shipping_address_collection": null,
      "shipping_cost": null,
      "shipping_options": [],
      "subscription": null,
      "total_details": {
        "amount_discount": 0,
        "amount_shipping": 0,
        "amount_tax": 0
      },
      "adaptive_pricing": {
        "enabled": false
      },
      "allow_promotion_codes": null,
      "allowed_payment_method_types": null,
      "amount_subtotal": 2500,
      "amount_total": 2500,
      "billing_address_collection": null,
      "cancel_url": "http://localhost:39185/kopi/pay/cancel/0vhNc5ZDpCxpBaDQ44XCnw/",
      "client_reference_id": "01a21946-032e-73f6-8633-1e0c618128da",
      "consent_collection": null,
      "created": 1795720348,
      "currency": "myr",
      "custom_text": {
        "after_submit": null,
        "shipping_address": null,
        "submit": null,
        "terms_of_service_acceptance": null
      },
      "customer_creation": "if_required",
      "customer_email": null,
      "expires_at": 1795723048,
      "integration_identifier": null,
      "livemode": false,
      "locale": "en",
      "metadata": {
        "installation": "f2c274e6-01e1-40a1-86d1-64c5a191fef0",
        "tenant": "01a21946-018e-7504-8b64-e87f8aa0efae",
        "payment": "01a21946-032e-73f6-8633-1e0c618128da"
      },
      "mode": "payment",
      "origin_context": null,
      "payment_intent": "pi_3Slw3oeEzVnEe2vglSB3gotQ",
      "payment_method_collection": "if_required",
      "payment_method_configuration_details": {
        "id": "pmc_1SandboxDefaultConfigurat",
        "parent": null
      },
      "payment_method_options": {
        "card": {
          "request_three_d_secure": "automatic"
        }
      },
      "payment_method_types": [
        "card",
        "fpx",
        "grabpay",
        "customer_balance"
      ],
      "payment_status": "paid",
      "status": "complete",
      "submit_type": null,
      "success_url": "http://localhost:39185/kopi/pay/return/0vhNc5ZDpCxpBaDQ44XCnw/?session_id={CHECKOUT_SESSION_ID}",
      "ui_mode": "hosted_page",
      "url": null,
      "wallet_options": null
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": null,
    "idempotency_key": null
  },
  "type": "checkout.session.completed"
}','2026-11-26 19:12:28.490462',1,'','01a2194601a7779b81db1d95677e4bfb','01a21946032e73f686331e0c618128da','01a21946018e75048b64e87f8aa0efae');
INSERT INTO "duitpos_webhookevent" VALUES('01a21946037e74e8b70ec3d01ea13f85','evt_1S0fkU7yKqG8qoKsaxjbxf63','refund.created','done','already','{
  "id": "evt_1S0fkU7yKqG8qoKsaxjbxf63",
  "object": "event",
  "api_version": "2026-10-28.endive",
  "created": 1795720348,
  "data": {
    "object": {
      "id": "re_3S5bOKSdFOOf4ppEXE5M2YjT",
      "object": "refund",
      "amount": 2500,
      "balance_transaction": "txn_3SzL7CFfay63U29qgZht47C0",
      "charge": "ch_3SV048CFBilz7vKRH2P8IIwo",
      "created": 1795720348,
      "currency": "myr",
      "customer": null,
      "customer_account": null,
      "metadata": {
        "refund": "01a21946-0352-7581-b047-a933c66b26fc",
        "reason": "cold soup"
      },
      "payment_intent": "pi_3Slw3oeEzVnEe2vglSB3gotQ",
      "payment_method": "pm_1S1MySN1GTvL0NkLvSgw3bL5",
      "reason": null,
      "receipt_number": null,
      "source_transfer_reversal": null,
      "status": "succeeded",
      "transfer_reversal": null,
      "destination_details": {
        "card": {
          "reference_status": "pending",
          "reference_type": "acquirer_reference_number",
          "type": "refund"
        },
        "type": "card"
      }
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": "req_AwXt9nqL7PqeME",
    "idempotency_key": "refund-01a21946-0352-7581-b047-a933c66b26fc-1"
  },
  "type": "refund.created"
}','2026-11-26 19:12:28.542942',1,'','01a2194601a7779b81db1d95677e4bfb','01a21946032e73f686331e0c618128da','01a21946018e75048b64e87f8aa0efae');
INSERT INTO "duitpos_webhookevent" VALUES('01a21946038c72c38c93e2b23ae34297','evt_1SxB8MTZtWJOGpUxRulSAcTA','charge.refunded','done','already','{
  "id": "evt_1SxB8MTZtWJOGpUxRulSAcTA",
  "object": "event",
  "api_version": "2026-10-28.endive",
  "created": 1795720348,
  "data": {
    "object": {
      "id": "ch_3SV048CFBilz7vKRH2P8IIwo",
      "object": "charge",
      "amount": 2500,
      "amount_captured": 2500,
      "amount_refunded": 2500,
      "application": null,
      "application_fee": null,
      "application_fee_amount": null,
      "balance_transaction": null,
      "billing_details": {
        "address": {
          "city": null,
          "country": "MY",
          "line1": null,
          "line2": null,
          "postal_code": null,
          "state": null
        },
        "email": "guest@example.com",
        "name": "A. Guest",
        "phone": null,
        "tax_id": null
      },
      "calculated_statement_descriptor": "SANDBOX CAFÉ",
      "captured": true,
      "created": 1795720348,
      "currency": "myr",
      "customer": null,
      "description": "Order at Kopi, Bangsar",
      "disputed": false,
      "failure_balance_transaction": null,
      "failure_code": null,
      "failure_message": null,
      "fraud_details": {},
      "livemode": false,
      "metadata": {
        "installation": "f2c274e6-01e1-40a1-86d1-64c5a191fef0",
        "tenant": "01a21946-018e-7504-8b64-e87f8aa0efae",
        "payment": "01a21946-032e-73f6-8633-1e0c618128da"
      },
      "on_behalf_of": null,
      "outcome": {
        "advice_code": null,
        "network_advice_code": null,
        "network_decline_code": null,
        "network_status": "approved_by_network",
        "reason": null,
        "risk_level": "normal",
        "seller_message": "Payment complete.",
        "type": "authorized",
        "risk_score": 21
      },
      "paid": true,
      "payment_intent": "pi_3Slw3oeEzVnEe2vglSB3gotQ",
      "payment_method": "pm_1S1MySN1GTvL0NkLvSgw3bL5",
      "payment_method_details": {
        "card": {
          "brand": "visa",
          "checks": {
            "address_line1_check": null,
            "address_postal_code_check": null,
            "cvc_check": "pass"
          },
          "country": "US",
          "exp_month": 12,
          "exp_year": 2034,
          "fingerprint": "477bba133c182267",
          "funding": "credit",
          "last4": "4242",
          "regulated_status": "unregulated",
          "wallet": null,
          "amount_authorized": 2500,
          "authorization_code": "123456",
          "electronic_commerce_indicator": null,
          "extended_authorization": {
            "status": "disabled"
          },
          "incremental_authorization": {
            "status": "unavailable"
          },
          "installments": null,
          "mandate": null,
          "multicapture": {
            "status": "unavailable"
          },
          "network": "visa",
          "network_token": {
            "used": false
          },
          "network_transaction_id": "123456789012345",
          "overcapture": {
            "maximum_amount_capturable": 2500,
            "status": "unavailable"
          },
          "three_d_secure": null,
          "transaction_link_id": null
        },
        "type": "card"
      },
      "radar_options": {},
      "receipt_email": null,
      "receipt_number": null,
      "receipt_url": "https://pay.stripe.com/receipts/payment/ch_3SV048CFBilz7vKRH2P8IIwo",
      "refunded": true,
      "review": null,
      "shipping": null,
      "source": null,
      "source_transfer": null,
      "statement_descriptor": null,
      "statement_descriptor_suffix": null,
      "status": "succeeded",
      "transfer_data": null,
      "transfer_group": null
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": "req_AwXt9nqL7PqeME",
    "idempotency_key": "refund-01a21946-0352-7581-b047-a933c66b26fc-1"
  },
  "type": "charge.refunded"
}','2026-11-26 19:12:28.556377',1,'','01a2194601a7779b81db1d95677e4bfb','01a21946032e73f686331e0c618128da','01a21946018e75048b64e87f8aa0efae');
INSERT INTO "duitpos_webhookevent" VALUES('01a2194603c17996a38254abad964b4a','evt_1SoUTvVlQc1icDzn4dR9huQf','payment_intent.payment_failed','done','declined','{
  "id": "evt_1SoUTvVlQc1icDzn4dR9huQf",
  "object": "event",
  "api_version": "2026-10-28.endive",
  "created": 1795720348,
  "data": {
    "object": {
      "id": "pi_3SXQ7oPgTZbdKahh7kJkVD7l",
      "object": "payment_intent",
      "allowed_payment_method_types": null,
      "amount": 2500,
      "amount_capturable": 0,
      "amount_details": {
        "tip": {}
      },
      "amount_received": 0,
      "application": null,
      "application_fee_amount": null,
      "automatic_payment_methods": null,
      "canceled_at": null,
      "cancellation_reason": null,
      "capture_method": "automatic_async",
      "client_secret": "pi_3SXQ7oPgTZbdKahh7kJkVD7l_secret_MxlNbwHVDwi1FWYJKFc5yGBAS",
      "confirmation_method": "automatic",
      "created": 1795720348,
      "currency": "myr",
      "customer": null,
      "customer_account": null,
      "description": "Order at Kopi, Bangsar",
      "excluded_payment_method_types": null,
      "last_payment_error": {
        "charge": "ch_3S1R6x7iSJVh6car3t0b9We4",
        "code": "card_declined",
        "doc_url": "https://stripe.com/docs/error-codes/card-declined",
        "message": "Your card has insufficient funds.",
        "payment_method": {
          "id": "pm_1SE4y0KWg152qPwNM2lsX5Pb",
          "object": "payment_method",
          "allow_redisplay": "limited",
          "billing_details": {
            "address": {
              "city": null,
              "country": "MY",
              "line1": null,
              "line2": null,
              "postal_code": null,
              "state": null
            },
            "email": "guest@example.com",
            "name": "A. Guest",
            "phone": null,
            "tax_id": null
          },
          "created": 1795720348,
          "customer": null,
          "customer_account": null,
          "livemode": false,
          "metadata": {},
          "type": "card",
          "card": {
            "brand": "visa",
            "checks": {
              "address_line1_check": null,
              "address_postal_code_check": null,
              "cvc_check": "pass"
            },
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": "e5de3c3d9fcb43b1",
            "funding": "credit",
            "last4": "9995",
            "regulated_status": "unregulated",
            "wallet": null,
            "display_brand": "visa",
            "generated_from": null,
            "networks": {
              "available": [
                "visa"
              ],
              "preferred": null
            },
            "three_d_secure_usage": {
              "supported": true
            }
          }
        },
        "type": "card_error",
        "decline_code": "insufficient_funds",
        "advice_code": "try_again_later",
        "network_decline_code": "51"
      },
      "latest_charge": "ch_3S1R6x7iSJVh6car3t0b9We4",
      "livemode": false,
      "managed_payments": {
        "enabled": false
      },
      "metadata": {
        "installation": "f2c274e6-01e1-40a1-86d1-64c5a191fef0",
        "tenant": "01a21946-018e-7504-8b64-e87f8aa0efae",
        "payment": "01a21946-03a9-7e57-a0a1-e5fcd7131990"
      },
      "next_action": null,
      "on_behalf_of": null,
      "payment_method": null,
      "payment_method_configuration_details": {
        "id": "pmc_1SandboxDefaultConfigurat",
        "parent": null
      },
      "payment_method_options": {
        "card": {
          "installments": null,
          "mandate_options": null,
          "network": null,
          "request_three_d_secure": "automatic"
        }
      },
      "payment_method_types": [
        "card",
        "fpx",
        "grabpay",
        "customer_balance"
      ],
      "payment_record": null,
      "processing": null,
      "receipt_email": null,
      "review": null,
      "setup_future_usage": null,
      "shipping": null,
      "source": null,
      "statement_descriptor": null,
      "statement_descriptor_suffix": null,
      "status": "requires_payment_method",
      "transfer_data": null,
      "transfer_group": null
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": null,
    "idempotency_key": null
  },
  "type": "payment_intent.payment_failed"
}','2026-11-26 19:12:28.609440',1,'','01a2194601a7779b81db1d95677e4bfb','01a2194603a97e57a0a1e5fcd7131990','01a21946018e75048b64e87f8aa0efae');
CREATE INDEX "duitpos_orderevent_member_id_ef7129aa" ON "duitpos_orderevent" ("member_id");
CREATE INDEX "duitpos_orderevent_order_id_26f93af2" ON "duitpos_orderevent" ("order_id");
CREATE INDEX "duitpos_modifier_group_id_e731d8cb" ON "duitpos_modifier" ("group_id");
CREATE INDEX "duitpos_table_location_id_5d20f86e" ON "duitpos_table" ("location_id");
CREATE INDEX "duitpos_paymentdecline_payment_id_47003b87" ON "duitpos_paymentdecline" ("payment_id");
CREATE INDEX "order_event_order" ON "duitpos_orderevent" ("tenant_id", "order_id", "at");
CREATE INDEX "duitpos_numberseries_location_id_1532e737" ON "duitpos_numberseries" ("location_id");
CREATE INDEX "modifier_group" ON "duitpos_modifier" ("tenant_id", "group_id", "position");
CREATE INDEX "duitpos_menuitem_section_id_064124e9" ON "duitpos_menuitem" ("section_id");
CREATE INDEX "menu_item_section" ON "duitpos_menuitem" ("tenant_id", "section_id", "position");
CREATE INDEX "duitpos_membership_user_id_1cb224b8" ON "duitpos_membership" ("user_id");
CREATE INDEX "duitpos_itemstock_location_id_2c8cc396" ON "duitpos_itemstock" ("location_id");
CREATE INDEX "duitpos_itemstock_item_id_9207e4e4" ON "duitpos_itemstock" ("item_id");
CREATE INDEX "duitpos_itemgroup_item_id_509f93e9" ON "duitpos_itemgroup" ("item_id");
CREATE INDEX "duitpos_itemgroup_group_id_1f0b4dfc" ON "duitpos_itemgroup" ("group_id");
CREATE INDEX "duitpos_webhookevent_account_id_9378504d" ON "duitpos_webhookevent" ("account_id");
CREATE INDEX "duitpos_webhookevent_payment_id_02e9862a" ON "duitpos_webhookevent" ("payment_id");
CREATE INDEX "event_payment" ON "duitpos_webhookevent" ("tenant_id", "payment_id", "received_at");
CREATE INDEX "account_emailconfirmation_email_address_id_5b7f8c58" ON "account_emailconfirmation" ("email_address_id");
CREATE UNIQUE INDEX "account_emailaddress_user_id_email_987c8728_uniq" ON "account_emailaddress" ("user_id", "email");
CREATE UNIQUE INDEX "unique_verified_email" ON "account_emailaddress" ("email") WHERE "verified";
CREATE INDEX "account_emailaddress_user_id_2c513194" ON "account_emailaddress" ("user_id");
CREATE INDEX "account_emailaddress_email_03be32b2" ON "account_emailaddress" ("email");
CREATE UNIQUE INDEX "unique_primary_email" ON "account_emailaddress" ("user_id", "primary") WHERE "primary";
CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type" ("app_label", "model");
CREATE UNIQUE INDEX "auth_group_permissions_group_id_permission_id_0cd325b0_uniq" ON "auth_group_permissions" ("group_id", "permission_id");
CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id");
CREATE INDEX "auth_group_permissions_permission_id_84c5c92e" ON "auth_group_permissions" ("permission_id");
CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission" ("content_type_id", "codename");
CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");
CREATE INDEX "django_task_queue_n_99c321_idx" ON "django_tasks_database_dbtaskresult" ("queue_name");
CREATE INDEX "django_task_backend_071754_idx" ON "django_tasks_database_dbtaskresult" ("backend_name");
CREATE INDEX "tasks_db_new_ordering_idx" ON "django_tasks_database_dbtaskresult" ("status", "priority" DESC, "run_after" ASC, "enqueued_at" ASC) WHERE "status" = 'READY';
CREATE INDEX "duitpos_ledgerentry_location_id_bffae0d3" ON "duitpos_ledgerentry" ("location_id");
CREATE INDEX "duitpos_ledgerentry_payment_id_933a2415" ON "duitpos_ledgerentry" ("payment_id");
CREATE INDEX "ledger_day" ON "duitpos_ledgerentry" ("tenant_id", "location_id", "business_date");
CREATE INDEX "duitpos_dispute_payment_id_ee3c4c57" ON "duitpos_dispute" ("payment_id");
CREATE INDEX "duitpos_location_slug_4f7ce27d" ON "duitpos_location" ("slug");
CREATE INDEX "duitpos_order_location_id_f8d258a6" ON "duitpos_order" ("location_id");
CREATE INDEX "duitpos_order_released_by_id_1ab27631" ON "duitpos_order" ("released_by_id");
CREATE INDEX "duitpos_order_table_id_becddb90" ON "duitpos_order" ("table_id");
CREATE INDEX "duitpos_order_replaces_id_53453c68" ON "duitpos_order" ("replaces_id");
CREATE INDEX "order_newest" ON "duitpos_order" ("tenant_id", "created_at" DESC);
CREATE INDEX "order_board" ON "duitpos_order" ("tenant_id", "location_id", "status", "placed_at");
CREATE INDEX "order_guest" ON "duitpos_order" ("tenant_id", "guest_token", "created_at" DESC);
CREATE INDEX "duitpos_orderline_item_id_aaa80171" ON "duitpos_orderline" ("item_id");
CREATE INDEX "duitpos_orderline_order_id_932d1fac" ON "duitpos_orderline" ("order_id");
CREATE INDEX "duitpos_alert_resolved_by_id_d49d6277" ON "duitpos_alert" ("resolved_by_id");
CREATE INDEX "duitpos_alert_order_id_630d7841" ON "duitpos_alert" ("order_id");
CREATE INDEX "duitpos_alert_payment_id_b4490de4" ON "duitpos_alert" ("payment_id");
CREATE INDEX "duitpos_alert_account_id_96393cb9" ON "duitpos_alert" ("account_id");
CREATE INDEX "alert_open" ON "duitpos_alert" ("tenant_id", "opened_at" DESC) WHERE "resolved_at" IS NULL;
CREATE UNIQUE INDEX "payment_live" ON "duitpos_payment" ("tenant_id", "order_id") WHERE "status" IN ('created', 'pending');
CREATE UNIQUE INDEX "payment_reference" ON "duitpos_payment" ("tenant_id", "account_id", "reference") WHERE NOT ("reference" = '');
CREATE INDEX "duitpos_payment_location_id_6b5c05f4" ON "duitpos_payment" ("location_id");
CREATE INDEX "duitpos_payment_order_id_53ba4941" ON "duitpos_payment" ("order_id");
CREATE INDEX "duitpos_payment_payment_type_id_e7df7aa6" ON "duitpos_payment" ("payment_type_id");
CREATE INDEX "duitpos_payment_account_id_577d4199" ON "duitpos_payment" ("account_id");
CREATE INDEX "payment_due" ON "duitpos_payment" ("next_check_at") WHERE "next_check_at" IS NOT NULL;
CREATE INDEX "payment_order" ON "duitpos_payment" ("tenant_id", "order_id");
CREATE INDEX "payment_session" ON "duitpos_payment" ("tenant_id", "reference");
CREATE INDEX "payment_intent" ON "duitpos_payment" ("tenant_id", "intent_reference");
CREATE INDEX "payment_newest" ON "duitpos_payment" ("tenant_id", "created_at" DESC);
CREATE UNIQUE INDEX "account_identity" ON "duitpos_processoraccount" ("tenant_id", "payment_type_id", "processor", "external_id", "mode") WHERE NOT ("external_id" = '');
CREATE INDEX "duitpos_processoraccount_payment_type_id_9cb4acbc" ON "duitpos_processoraccount" ("payment_type_id");
CREATE INDEX "account_due" ON "duitpos_processoraccount" ("next_events_at") WHERE "next_events_at" IS NOT NULL;
CREATE UNIQUE INDEX "refund_reference" ON "duitpos_refund" ("tenant_id", "payment_id", "reference") WHERE NOT ("reference" = '');
CREATE INDEX "duitpos_refund_member_id_671c4e7d" ON "duitpos_refund" ("member_id");
CREATE INDEX "duitpos_refund_payment_id_b1f03609" ON "duitpos_refund" ("payment_id");
CREATE INDEX "refund_due" ON "duitpos_refund" ("next_check_at") WHERE "next_check_at" IS NOT NULL;
CREATE INDEX "refund_payment" ON "duitpos_refund" ("tenant_id", "payment_id");
CREATE INDEX "duitpos_outboxentry_order_id_08a166cb" ON "duitpos_outboxentry" ("order_id");
CREATE INDEX "outbox_due" ON "duitpos_outboxentry" ("due_at") WHERE "due_at" IS NOT NULL;
CREATE INDEX "duitpos_startcounter_table_id_558e210e" ON "duitpos_startcounter" ("table_id");
CREATE INDEX "django_session_expire_date_a5c62663" ON "django_session" ("expire_date");
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('django_migrations',59);
INSERT INTO "sqlite_sequence" VALUES('account_emailaddress',0);
INSERT INTO "sqlite_sequence" VALUES('django_content_type',35);
INSERT INTO "sqlite_sequence" VALUES('auth_permission',140);
INSERT INTO "sqlite_sequence" VALUES('auth_group',0);
COMMIT;
