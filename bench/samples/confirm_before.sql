-- A confirm as DuitPOS sent it at commit 28d472c, recorded from the server's log: a script for pgbench that confirms
-- another order with every transaction. Variables: first (the first order), each (orders per client), restaurants.
\set n :n + 1
\set k :first + :client_id * :each + :n - 1
\set t 200000000000 + (:k - :first) % :restaurants
SELECT "duitpos_processoraccount"."id", "duitpos_processoraccount"."tenant_id", "duitpos_processoraccount"."payment_type_id", "duitpos_processoraccount"."processor", "duitpos_processoraccount"."external_id", "duitpos_processoraccount"."mode", "duitpos_processoraccount"."state", "duitpos_processoraccount"."api_base", "duitpos_processoraccount"."credentials", "duitpos_processoraccount"."created_at", "duitpos_processoraccount"."name", "duitpos_processoraccount"."country", "duitpos_processoraccount"."currency", "duitpos_processoraccount"."can_charge", "duitpos_processoraccount"."checked_at", "duitpos_processoraccount"."problem", "duitpos_processoraccount"."paused_at", "duitpos_processoraccount"."refused_starts", "duitpos_processoraccount"."start_problem", "duitpos_processoraccount"."offered_again_at", "duitpos_processoraccount"."last_event_at", "duitpos_processoraccount"."bad_signatures", "duitpos_processoraccount"."last_bad_signature_at", "duitpos_processoraccount"."last_bad_signature", "duitpos_processoraccount"."signature_skew", "duitpos_processoraccount"."thin_event_at", "duitpos_processoraccount"."foreign_events", "duitpos_processoraccount"."unknown_events", "duitpos_processoraccount"."next_events_at", "duitpos_processoraccount"."events_seen_to", "duitpos_processoraccount"."sessions_seen_to" FROM "duitpos_processoraccount" WHERE ("duitpos_processoraccount"."processor" = 'stripe' AND "duitpos_processoraccount"."tenant_id" = '00000001000070008000:t'::uuid) ORDER BY "duitpos_processoraccount"."created_at" ASC, "duitpos_processoraccount"."id" ASC;
SELECT "duitpos_payment"."id", "duitpos_payment"."tenant_id", "duitpos_payment"."order_id", "duitpos_payment"."account_id", "duitpos_payment"."payment_type_id", "duitpos_payment"."location_id", "duitpos_payment"."status", "duitpos_payment"."is_test", "duitpos_payment"."processing_since", "duitpos_payment"."amount_minor", "duitpos_payment"."currency", "duitpos_payment"."created_at", "duitpos_payment"."checkout_request", "duitpos_payment"."start_sent_at", "duitpos_payment"."expires_at", "duitpos_payment"."is_end_enforced", "duitpos_payment"."reference", "duitpos_payment"."next_step", "duitpos_payment"."moved_minor", "duitpos_payment"."moved_currency", "duitpos_payment"."method", "duitpos_payment"."guest_email", "duitpos_payment"."settled_at", "duitpos_payment"."settled_via", "duitpos_payment"."paid_at", "duitpos_payment"."business_date", "duitpos_payment"."ended_at", "duitpos_payment"."watched_until", "duitpos_payment"."failure", "duitpos_payment"."refund_scope", "duitpos_payment"."refund_reserved_minor", "duitpos_payment"."returned_at", "duitpos_payment"."asked_at", "duitpos_payment"."next_check_at", "duitpos_payment"."checks", "duitpos_payment"."not_found_at", "duitpos_payment"."last_problem", "duitpos_order"."id", "duitpos_order"."tenant_id", "duitpos_order"."location_id", "duitpos_order"."table_id", "duitpos_order"."status", "duitpos_order"."is_test", "duitpos_order"."token", "duitpos_order"."guest_token", "duitpos_order"."is_unknown_phone", "duitpos_order"."checkout_key", "duitpos_order"."contents", "duitpos_order"."replaces_id", "duitpos_order"."note", "duitpos_order"."language", "duitpos_order"."currency", "duitpos_order"."subtotal_minor", "duitpos_order"."service_charge_minor", "duitpos_order"."tax_minor", "duitpos_order"."total_minor", "duitpos_order"."service_charge_bp", "duitpos_order"."tax_bp", "duitpos_order"."tax_name", "duitpos_order"."tax_is_inclusive", "duitpos_order"."tax_on_service_charge", "duitpos_order"."created_at", "duitpos_order"."released_by_id", "duitpos_order"."placed_at", "duitpos_order"."business_date", "duitpos_order"."number", "duitpos_order"."stock_taken", "duitpos_order"."ended_at", "duitpos_order"."cancel_reason", "duitpos_location"."id", "duitpos_location"."tenant_id", "duitpos_location"."name", "duitpos_location"."slug", "duitpos_location"."position", "duitpos_location"."address", "duitpos_location"."time_zone", "duitpos_location"."locale", "duitpos_location"."currency", "duitpos_location"."day_closes_at", "duitpos_location"."latest_to_cook", "duitpos_location"."service_charge_bp", "duitpos_location"."tax_bp", "duitpos_location"."tax_name", "duitpos_location"."tax_is_inclusive", "duitpos_location"."tax_on_service_charge", "duitpos_location"."weekly_hours", "duitpos_location"."hours_version", "duitpos_location"."paused_at", "duitpos_location"."menu_version" FROM "duitpos_payment" LEFT OUTER JOIN "duitpos_order" ON ("duitpos_payment"."order_id" = "duitpos_order"."id" AND ("duitpos_payment"."tenant_id" = ("duitpos_order"."tenant_id"))) LEFT OUTER JOIN "duitpos_location" ON ("duitpos_payment"."location_id" = "duitpos_location"."id" AND ("duitpos_payment"."tenant_id" = ("duitpos_location"."tenant_id"))) WHERE ("duitpos_payment"."id" = '00000009000070008000:k'::uuid AND "duitpos_payment"."tenant_id" = '00000001000070008000:t'::uuid);
BEGIN;
UPDATE "duitpos_payment" SET "status" = 'succeeded', "reference" = 'cs_test_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5:k', "moved_minor" = 3160, "moved_currency" = 'MYR', "method" = '{}'::jsonb, "guest_email" = 'diner@example.com', "settled_at" = '2026-11-26 22:09:17.758414+00:00'::timestamptz, "settled_via" = 'webhook', "paid_at" = '2026-11-26 22:09:17+00:00'::timestamptz, "business_date" = '2026-11-27'::date, "processing_since" = NULL, "next_check_at" = NULL, "watched_until" = NULL, "not_found_at" = NULL, "failure" = '{}'::jsonb, "refund_scope" = 'any' WHERE "duitpos_payment"."tenant_id" = '00000001000070008000:t'::uuid AND "duitpos_payment"."id" = '00000009000070008000:k'::uuid AND "duitpos_payment"."status" IN ('created', 'pending');
SELECT 1 AS "a" FROM "duitpos_processoraccount" INNER JOIN "duitpos_paymenttype" ON ("duitpos_processoraccount"."payment_type_id" = "duitpos_paymenttype"."id" AND ("duitpos_processoraccount"."tenant_id" = ("duitpos_paymenttype"."tenant_id"))) WHERE ("duitpos_processoraccount"."mode" = 'live' AND "duitpos_paymenttype"."is_active" AND "duitpos_processoraccount"."state" = 'active' AND "duitpos_processoraccount"."tenant_id" = '00000001000070008000:t'::uuid) LIMIT 1;
UPDATE "duitpos_order" SET "status" = 'placed', "released_by_id" = '00000009000070008000:k'::uuid, "placed_at" = '2026-11-26 22:09:17.758414+00:00'::timestamptz, "business_date" = '2026-11-27'::date, "ended_at" = NULL, "cancel_reason" = '' WHERE "duitpos_order"."tenant_id" = '00000001000070008000:t'::uuid AND "duitpos_order"."id" = '00000008000070008000:k'::uuid AND "duitpos_order"."status" = 'held';
INSERT INTO "duitpos_orderevent" ("id", "tenant_id", "order_id", "at", "actor", "member_id", "from_status", "to_status", "reason") VALUES ('c0000000-0000-7000-8000-:k'::uuid, '00000001000070008000:t'::uuid, '00000008000070008000:k'::uuid, '2026-11-26 22:09:17.758414+00:00'::timestamptz, 'webhook', NULL, 'held', 'placed', '');
INSERT INTO "duitpos_businessday" ("id", "tenant_id", "location_id", "business_date", "is_test", "last_number", "changes", "summed") VALUES ('c0000001-0000-7000-8000-:k'::uuid, '00000001000070008000:t'::uuid, '00000002000070008000:t'::uuid, '2026-11-27'::date, true, 1, 1, 0) ON CONFLICT ("tenant_id", "location_id", "business_date", "is_test") DO UPDATE SET "last_number" = "duitpos_businessday"."last_number" + 1 RETURNING "last_number" \gset
UPDATE "duitpos_order" SET "number" = :last_number WHERE "duitpos_order"."tenant_id" = '00000001000070008000:t'::uuid AND "duitpos_order"."id" = '00000008000070008000:k'::uuid;
SELECT "duitpos_itemstock"."id", "duitpos_itemstock"."tenant_id", "duitpos_itemstock"."location_id", "duitpos_itemstock"."item_id", "duitpos_itemstock"."status", "duitpos_itemstock"."quantity", "duitpos_itemstock"."changed_at" FROM "duitpos_itemstock" WHERE ("duitpos_itemstock"."item_id" IN (SELECT U0."item_id" AS "item_id" FROM "duitpos_orderline" U0 WHERE (U0."order_id" = '00000008000070008000:k'::uuid AND U0."tenant_id" = '00000001000070008000:t'::uuid)) AND "duitpos_itemstock"."location_id" = '00000002000070008000:t'::uuid AND "duitpos_itemstock"."tenant_id" = '00000001000070008000:t'::uuid AND NOT ("duitpos_itemstock"."status" = 'in_stock'));
INSERT INTO "duitpos_ledgerentry" ("id", "tenant_id", "kind", "source_id", "payment_id", "location_id", "amount_minor", "currency", "is_test", "at", "business_date") VALUES ('c0000002-0000-7000-8000-:k'::uuid, '00000001000070008000:t'::uuid, 'payment', '00000009000070008000:k'::uuid, '00000009000070008000:k'::uuid, '00000002000070008000:t'::uuid, 3160, 'MYR', true, '2026-11-26 22:09:17.758414+00:00'::timestamptz, '2026-11-27'::date) ON CONFLICT DO NOTHING;
INSERT INTO "duitpos_outboxentry" ("id", "tenant_id", "kind", "subject_id", "order_id", "created_at", "due_at", "done_at", "tries", "outcome", "problem") VALUES ('c0000003-0000-7000-8000-:k'::uuid, '00000001000070008000:t'::uuid, 'receipt', '00000009000070008000:k'::uuid, '00000008000070008000:k'::uuid, '2026-11-26 22:09:17.758414+00:00'::timestamptz, '2026-11-26 22:09:17.758414+00:00'::timestamptz, NULL, 0, '', '{}'::jsonb), ('c0000004-0000-7000-8000-:k'::uuid, '00000001000070008000:t'::uuid, 'details', '00000009000070008000:k'::uuid, '00000008000070008000:k'::uuid, '2026-11-26 22:09:17.758414+00:00'::timestamptz, '2026-11-26 22:09:17.758414+00:00'::timestamptz, NULL, 0, '', '{}'::jsonb) ON CONFLICT DO NOTHING;
INSERT INTO "duitpos_paymentreference" ("id", "tenant_id", "payment_id", "account_id", "kind", "value") VALUES ('c0000005-0000-7000-8000-:k'::uuid, '00000001000070008000:t'::uuid, '00000009000070008000:k'::uuid, '00000004000070008000:t'::uuid, 'payment_intent', 'pi_3SabcdEFghIJ:k') ON CONFLICT DO NOTHING;
INSERT INTO "duitpos_webhookevent" ("id", "tenant_id", "account_id", "dedupe_key", "type", "state", "outcome", "payment_id", "body", "received_at", "tries", "error") VALUES ('c0000006-0000-7000-8000-:k'::uuid, '00000001000070008000:t'::uuid, '00000004000070008000:t'::uuid, 'evt_1SabcdEFghIJ:k', 'checkout.session.completed', 'done', 'settled', '00000009000070008000:k'::uuid, '{
  "id": "evt_1SabcdEFghIJ:k",
  "object": "event",
  "api_version": "2026-10-28.endive",
  "created": 1795730957,
  "data": {
    "object": {
      "id": "cs_test_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5:k",
      "object": "checkout.session",
      "adaptive_pricing": {
        "enabled": false
      },
      "after_expiration": null,
      "allow_promotion_codes": null,
      "allowed_payment_method_types": null,
      "amount_subtotal": 3160,
      "amount_total": 3160,
      "automatic_tax": {
        "enabled": false,
        "liability": null,
        "provider": null,
        "status": null
      },
      "billing_address_collection": null,
      "cancel_url": "https://order.example.my/o/ord_123",
      "client_reference_id": "00000009-0000-7000-8000-:k",
      "client_secret": null,
      "collected_information": {
        "business_name": null,
        "individual_name": null,
        "shipping_details": null
      },
      "consent": null,
      "consent_collection": null,
      "created": 1795730897,
      "currency": "myr",
      "currency_conversion": null,
      "custom_fields": [],
      "custom_text": {
        "after_submit": null,
        "shipping_address": null,
        "submit": null,
        "terms_of_service_acceptance": null
      },
      "customer": null,
      "customer_account": null,
      "customer_creation": "if_required",
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
        "email": "diner@example.com",
        "individual_name": null,
        "name": "A. Diner",
        "phone": null,
        "tax_exempt": "none",
        "tax_ids": []
      },
      "customer_email": null,
      "discounts": [],
      "expires_at": 1795733597,
      "integration_identifier": null,
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
      "livemode": false,
      "locale": null,
      "managed_payments": {
        "enabled": false
      },
      "metadata": {
        "installation": "d420c212-e5fc-4229-b001-309e06d17e8b",
        "tenant": "00000001-0000-7000-8000-:t",
        "payment": "00000009-0000-7000-8000-:k"
      },
      "mode": "payment",
      "origin_context": null,
      "payment_intent": "pi_3SabcdEFghIJ:k",
      "payment_link": null,
      "payment_method_collection": "if_required",
      "payment_method_configuration_details": {
        "id": "pmc_1PqXabC2dEfGhIjK3lMnOpQr",
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
        "link"
      ],
      "payment_status": "paid",
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
      "status": "complete",
      "submit_type": null,
      "subscription": null,
      "success_url": "https://order.example.my/o/ord_123/return?session_id={CHECKOUT_SESSION_ID}",
      "total_details": {
        "amount_discount": 0,
        "amount_shipping": 0,
        "amount_tax": 0
      },
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
}', '2026-11-26 22:09:17.789163+00:00'::timestamptz, 1, '');
COMMIT;
