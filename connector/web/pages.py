"""The application of the pages: the list of all paths, each with its function and the roles that may open it."""

from collections.abc import Mapping, Sequence

from starlette.types import ASGIApp

from connector.dataplane.uploads import Uploads
from connector.desk.values import Desk
from connector.web.accounts import ACCOUNT_PAGES
from connector.web.chapters import agreements, explaining, inbox, live, offers, start
from connector.web.chapters.accounts import house, settings
from connector.web.chapters.getting import asking, deliveries, other_terms, received, requests, search
from connector.web.chapters.keeping import needs, saved, subscriptions
from connector.web.chapters.new_offers import changes, new_offer, new_terms, release, sentences, uploading
from connector.web.chapters.operating import peers, state
from connector.web.chapters.privacy import consents, importing, late, mine, overview, record
from connector.web.chapters.proving import contract, log, usage
from connector.web.frame.application import PageRow, PagesHouse, make_app, make_pages
from connector.web.frame.visit import NO_SECRETS
from connector.web.rights import (
    AGREEMENT_READERS,
    ANYBODY,
    ASKERS,
    AUDITORS,
    CONSENT_READERS,
    DELIVERY_READERS,
    EVERYBODY,
    INBOX_READERS,
    OPERATORS,
    PRIVACY_READERS,
    PROTECTORS,
    READERS,
    SEARCHERS,
    WRITERS,
)

PAGES: Sequence[PageRow] = (
    ("GET", "/", start.show_start, EVERYBODY),
    *ACCOUNT_PAGES,
    ("GET", explaining.HELP, explaining.show_help, ANYBODY),
    ("GET", explaining.ACCESSIBILITY, explaining.show_accessibility, ANYBODY),
    ("POST", "/konto/nachrichten", settings.choose_notices, EVERYBODY),
    ("GET", "/konto/haus", house.show_house, OPERATORS),
    ("GET", "/eingang", inbox.show_inbox, INBOX_READERS),
    ("GET", "/eingang/laufend", live.stream_waiting, INBOX_READERS),
    ("GET", "/eingang/anfrage", inbox.show_request, INBOX_READERS),
    ("POST", "/eingang/zustimmen", inbox.agree, INBOX_READERS),
    ("POST", "/eingang/ablehnen", inbox.decline, INBOX_READERS),
    ("POST", "/eingang/zurueckgeben", inbox.return_offer, INBOX_READERS),
    ("GET", "/angebote", offers.show_offers, READERS),
    ("GET", "/angebote/angebot", offers.show_offer, READERS),
    ("POST", "/angebote/veroeffentlichen", offers.publish, READERS),
    ("GET", "/angebote/zurueckziehen", offers.show_withdrawal, READERS),
    ("POST", "/angebote/zurueckziehen", offers.withdraw, READERS),
    ("POST", "/angebote/aendern", changes.begin_change, WRITERS),
    ("GET", "/neues-angebot/daten", new_offer.show_data, WRITERS),
    ("POST", "/neues-angebot/daten", new_offer.take_place, WRITERS),
    ("POST", "/neues-angebot/beginnen", uploading.begin_upload, WRITERS),
    ("GET", uploading.PATH, uploading.show_stored, WRITERS),
    ("POST", uploading.PATH, uploading.upload, WRITERS),
    ("GET", "/neues-angebot/beschreibung", new_offer.show_description, WRITERS),
    ("POST", "/neues-angebot/beschreibung", new_offer.describe, WRITERS),
    ("GET", "/neues-angebot/bedingungen", new_terms.show_terms, WRITERS),
    ("POST", "/neues-angebot/bedingungen", new_terms.choose_terms, WRITERS),
    ("GET", sentences.PATH, sentences.show_sentences, WRITERS),
    ("POST", sentences.PATH, sentences.write_sentences, WRITERS),
    ("GET", f"{sentences.PATH}/odrl", sentences.export_terms, WRITERS),
    ("GET", "/neues-angebot/pruefen", release.show_check, WRITERS),
    ("GET", "/neues-angebot/freigabe", release.show_release, WRITERS),
    ("POST", "/neues-angebot/freigabe", release.release, WRITERS),
    ("GET", "/neues-angebot/verwerfen", new_offer.show_discard, WRITERS),
    ("POST", "/neues-angebot/verwerfen", new_offer.discard, WRITERS),
    ("GET", "/suche", search.show_search, SEARCHERS),
    ("GET", "/suche/angebot", search.show_found, SEARCHERS),
    ("GET", "/suche/anfrage", asking.show_form, ASKERS),
    ("GET", "/suche/anfrage/pruefen", asking.show_check, ASKERS),
    ("POST", "/suche/anfrage/senden", asking.send, ASKERS),
    ("POST", other_terms.PATH, other_terms.write_terms, ASKERS),
    ("GET", saved.PLACE, saved.show_saved, SEARCHERS),
    ("POST", f"{saved.PLACE}/sichern", saved.save, SEARCHERS),
    ("GET", f"{saved.PLACE}/neu", saved.show_new, SEARCHERS),
    ("POST", f"{saved.PLACE}/gesehen", saved.note_seen, SEARCHERS),
    ("POST", f"{saved.PLACE}/feed", saved.renew_feed, SEARCHERS),
    ("GET", f"{saved.PLACE}/entfernen", saved.show_removal, SEARCHERS),
    ("POST", f"{saved.PLACE}/entfernen", saved.remove, SEARCHERS),
    ("GET", needs.PLACE, needs.show_needs, SEARCHERS),
    ("GET", needs.SHOWN, needs.show_need, SEARCHERS),
    ("GET", f"{needs.PLACE}/neu", needs.show_new, ASKERS),
    ("POST", f"{needs.PLACE}/melden", needs.post, ASKERS),
    ("POST", f"{needs.PLACE}/antworten", needs.answer, WRITERS),
    ("POST", f"{needs.PLACE}/abschliessen", needs.close, ASKERS),
    ("GET", "/anfragen", requests.show_requests, SEARCHERS),
    ("GET", "/anfragen/anfrage", requests.show_asked, SEARCHERS),
    ("GET", "/anfragen/laufend", requests.stream_asked, SEARCHERS),
    ("GET", "/anfragen/zurueckziehen", requests.show_withdrawal, ASKERS),
    ("POST", "/anfragen/zurueckziehen", requests.withdraw, ASKERS),
    ("GET", "/lieferungen", deliveries.show_deliveries, DELIVERY_READERS),
    ("GET", "/lieferungen/lieferung", deliveries.show_delivery, DELIVERY_READERS),
    ("GET", "/lieferungen/laufend", deliveries.stream_delivery, DELIVERY_READERS),
    ("GET", "/lieferungen/waehlen", deliveries.show_choice, ASKERS),
    ("POST", "/lieferungen/beginnen", deliveries.order, ASKERS),
    ("POST", "/lieferungen/anhalten", deliveries.pause, ASKERS),
    ("POST", "/lieferungen/fortsetzen", deliveries.resume, ASKERS),
    ("GET", "/lieferungen/mitschnitt", deliveries.record_stream, ASKERS),
    ("GET", "/lieferungen/abbrechen", deliveries.show_stop, ASKERS),
    ("POST", "/lieferungen/abbrechen", deliveries.stop, ASKERS),
    ("GET", "/lieferungen/inhalt", received.show_rows, ASKERS),
    ("GET", "/lieferungen/datei", received.download, ASKERS),
    ("GET", log.PATH, log.show_log, AUDITORS),
    ("GET", f"{log.PATH}/tabelle", log.export_table, AUDITORS),
    ("GET", f"{log.PATH}/export", log.export_log, AUDITORS),
    ("GET", f"{log.PATH}/eintrag", log.show_entry, AUDITORS),
    ("GET", f"{log.PATH}/pruefnachweis", log.export_proof, AUDITORS),
    ("GET", f"{log.PATH}/pruefen", log.show_check, AUDITORS),
    ("GET", f"{log.PATH}/pruefen/ergebnis", log.show_result, AUDITORS),
    ("GET", f"{log.PATH}/pruefen/laufend", log.stream_check, AUDITORS),
    ("GET", usage.PATH, usage.show_usage, AGREEMENT_READERS),
    ("GET", f"{usage.PATH}/tabelle", usage.export_usage, AGREEMENT_READERS),
    ("GET", "/abos", subscriptions.show_subscriptions, DELIVERY_READERS),
    ("GET", "/abos/abo", subscriptions.show_subscription, DELIVERY_READERS),
    ("GET", "/abos/neu", subscriptions.show_new, ASKERS),
    ("POST", "/abos/bestellen", subscriptions.order, ASKERS),
    ("POST", "/abos/anhalten", subscriptions.pause, ASKERS),
    ("POST", "/abos/fortsetzen", subscriptions.resume, ASKERS),
    ("POST", "/abos/jetzt", subscriptions.run, ASKERS),
    ("GET", "/abos/beenden", subscriptions.show_end, ASKERS),
    ("POST", "/abos/beenden", subscriptions.end, ASKERS),
    ("GET", "/vertraege", agreements.show_agreements, AGREEMENT_READERS),
    ("GET", "/vertraege/vertrag", agreements.show_agreement, AGREEMENT_READERS),
    ("GET", "/vertraege/verlauf", contract.show_history, AGREEMENT_READERS),
    ("GET", "/vertraege/datei", contract.export_agreement, AGREEMENT_READERS),
    ("GET", "/vertraege/beweis", contract.export_evidence, AGREEMENT_READERS),
    ("GET", "/vertraege/pdf", contract.print_agreement, AGREEMENT_READERS),
    ("GET", "/vertraege/beenden", agreements.show_end, AGREEMENT_READERS),
    ("POST", "/vertraege/beenden", agreements.end, AGREEMENT_READERS),
    ("GET", "/datenschutz", overview.show_overview, PRIVACY_READERS),
    ("POST", "/datenschutz/einspruch", overview.veto, PRIVACY_READERS),
    ("POST", "/datenschutz/einspruch-zuruecknehmen", overview.lift, PRIVACY_READERS),
    ("GET", "/datenschutz/verzeichnis", record.show_record, PRIVACY_READERS),
    ("GET", "/datenschutz/verzeichnis/datei", record.download, PRIVACY_READERS),
    ("GET", "/datenschutz/fristen", late.show_late, PRIVACY_READERS),
    ("POST", "/datenschutz/erledigt", late.confirm, PRIVACY_READERS),
    ("GET", "/einwilligungen", consents.show_consents, CONSENT_READERS),
    ("GET", importing.PATH, importing.show_import, PROTECTORS),
    ("POST", f"{importing.PATH}/vorschau", importing.preview, PROTECTORS),
    ("POST", importing.PATH, importing.record, PROTECTORS),
    ("POST", f"{importing.PATH}/zuruecknehmen", importing.take_back, PROTECTORS),
    ("POST", "/einwilligungen/suchen", consents.find_person, PROTECTORS),
    ("GET", "/einwilligungen/person", consents.show_person, CONSENT_READERS),
    ("GET", "/einwilligungen/widerrufen", consents.show_withdrawal, PROTECTORS),
    ("POST", "/einwilligungen/widerrufen", consents.withdraw, PROTECTORS),
    ("POST", "/einwilligungen/link", consents.make_link, PROTECTORS),
    ("POST", "/einwilligungen/link-beenden", consents.end_link, PROTECTORS),
    ("GET", "/betrieb", state.show_state, OPERATORS),
    ("GET", "/betrieb/laufend", state.stream_state, OPERATORS),
    ("GET", "/betrieb/teilnehmer", peers.show_peers, OPERATORS),
    ("GET", "/betrieb/ausschliessen", peers.show_block, OPERATORS),
    ("POST", "/betrieb/ausschliessen", peers.block, OPERATORS),
    ("POST", "/betrieb/zulassen", peers.unblock, OPERATORS),
    ("GET", mine.PATH, mine.show_mine, ANYBODY),
    ("GET", f"{mine.PATH}/widerrufen", mine.show_withdrawal, ANYBODY),
    ("POST", f"{mine.PATH}/widerrufen", mine.withdraw, ANYBODY),
    ("POST", f"{mine.PATH}/befristen", mine.shorten, ANYBODY),
    ("GET", f"{mine.PATH}/datei", mine.download, ANYBODY),
)


def make_pages_app(
    desk: Desk,
    house: PagesHouse,
    *,
    uploads: Uploads | None = None,
    secrets: Mapping[str, tuple[str, ...]] = NO_SECRETS,
) -> ASGIApp:
    """Return the application of the pages of a participant.

    `uploads` are the files that people upload; None without a root of the data. `secrets` are the names of the secrets
    for sources, with their servers.
    """
    pages = make_pages(house, desk, desk.users, desk.evaluator.library, uploads=uploads, secrets=secrets)
    largest = uploads.largest if uploads else 0
    return make_app(pages, PAGES, large={uploading.PATH: largest + uploading.OVERHEAD})
