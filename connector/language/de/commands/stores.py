"""German sentences of stores in PostgreSQL that the code writes in English, under these."""

SENTENCES: dict[str, str] = {
    "Another process on its database has replaced this one, which was silent: start it again.": "Ein anderer Prozess an "
    "derselben Datenbank hat diesen ersetzt, weil er zu lange nicht antwortete: bitte neu starten.",
    "{} needs the driver of PostgreSQL, which is not installed: install datenkontor[postgres].": "{0} braucht den Treiber "
    "für PostgreSQL, der nicht installiert ist: bitte datenkontor[postgres] installieren.",
    "A value cannot be stored ({}): use another one.": "Ein Wert lässt sich nicht speichern ({0}): bitte einen anderen "
    "verwenden.",
    "The database cannot be used now ({}): nothing was changed; check the server, then retry.": "Die Datenbank ist zurzeit "
    "nicht nutzbar ({0}), es wurde nichts geändert: bitte den Server prüfen und es dann erneut versuchen.",
    "A connector uses the target already: stop it, and name an empty database.": "Ein Konnektor nutzt das Ziel bereits: bitte "
    "beenden und eine leere Datenbank nennen.",
    "The copy of the table {} differs from its source: nothing was moved; try again.": "Die Kopie der Tabelle {0} weicht von "
    "ihrer Quelle ab, es bleibt alles, wie es war: bitte erneut versuchen.",
    "The database cannot be used ({}): nothing was moved; check the server.": "Die Datenbank ist nicht nutzbar ({0}), es "
    "bleibt alles, wie es war: bitte den Server prüfen.",
    "The database has schema {}, not {}: start it once with this release.": "Die Datenbank hat Schema {0}, nicht {1}: bitte "
    "den Konnektor einmal mit dieser Version starten.",
    "The file {} already exists: name a new one.": "Die Datei {0} gibt es schon: bitte eine neue nennen.",
    "The file {} cannot be used ({}): check it and its disk, then try again.": "Die Datei {0} ist nicht nutzbar ({1}): bitte "
    "sie und ihren Datenträger prüfen und es dann erneut versuchen.",
    "The file {} does not exist: name the store of the connector.": "Die Datei {0} gibt es nicht: bitte die Datenbank des "
    "Konnektors nennen.",
    "The store {} has schema {}, not {}: start it once with this release.": "Die Datenbank {0} hat Schema {1}, nicht {2}: "
    "bitte den Konnektor einmal mit dieser Version starten.",
    "The target has rows already ({}): name an empty database or a new file.": "Das Ziel enthält schon Zeilen ({0}): bitte "
    "eine leere Datenbank oder eine neue Datei nennen.",
    "The two stores have different tables: use one release for both.": "Die Datenbanken haben verschiedene Tabellen: bitte "
    "für beide dieselbe Version verwenden.",
    "The database belongs to the participant {}, not to {}: give each a database of its own.": "Die Datenbank gehört dem "
    "Teilnehmer {0}, nicht {1}: bitte jedem eine eigene geben.",
    "The database has schema {}, but this release supports schemas up to {}: start a newer release.": "Die Datenbank hat "
    "Schema {0}, diese Version kennt Schemata bis {1}: bitte eine neuere Version starten.",
    "The database has tables of another program: name an empty database.": "Die Datenbank enthält Tabellen eines anderen "
    "Programms: bitte eine leere nennen.",
    "The database is read-only: name the primary server, and allow this role to write.": "Die Datenbank ist nur lesbar: bitte "
    "den Hauptserver nennen und dieser Rolle das Schreiben erlauben.",
    "The database stores texts as {}: create it with the encoding UTF8.": "Die Datenbank speichert Texte als {0}: bitte sie "
    "mit der Kodierung UTF8 anlegen.",
    "The server is PostgreSQL {}: use 15 or newer.": "Der Server ist PostgreSQL {0}: bitte 15 oder neuer verwenden.",
    "The store in this database was moved to another place: name that one in the settings.": "Der Inhalt dieser Datenbank ist "
    "an einen anderen Ort gebracht: bitte diesen in den Einstellungen nennen.",
    "A pooler gives each transaction another session of the database: set `store.prepared` to 0, or name the server "
    "itself in `store.url`.": "Ein Pooler gibt jeder Transaktion eine andere Sitzung der Datenbank: bitte `store.prepared` auf "
    "0 setzen oder in `store.url` den Server selbst nennen.",
    "The store was moved to another place, nothing was changed: name that one in the settings, then start again.": "Der "
    "Inhalt der Datenbank ist an einen anderen Ort gebracht, es wurde nichts geändert: bitte diesen in den Einstellungen "
    "nennen und neu starten.",
    "This is no address of a database: write it as postgresql://role@host:5432/database, with the password in "
    "`store.secret_file`.": "Das ist keine Adresse einer Datenbank: bitte als postgresql://rolle@host:5432/datenbank "
    "schreiben, mit dem Kennwort in `store.secret_file`.",
    "The address of the database cannot be read: write it as postgresql://role@host:5432/database.": "Die Adresse der "
    "Datenbank ist nicht lesbar: bitte als postgresql://rolle@host:5432/datenbank schreiben.",
    "The database cannot be opened ({}): check `store.url` and its password.": "Die Datenbank lässt sich nicht öffnen ({0}): "
    "bitte `store.url` und das Kennwort prüfen.",
    "The database cannot be reached ({}): check `store.url` and the server.": "Die Datenbank ist nicht erreichbar ({0}): "
    "bitte `store.url` und den Server prüfen.",
    "The database did not answer whether the change is stored: look at it when the server is back.": "Die Datenbank hat "
    "nicht geantwortet, ob die Änderung gespeichert ist: bitte nachsehen, sobald der Server wieder da ist.",
    "This replica was replaced: start it again.": "Dieser Prozess wurde ersetzt: bitte neu starten.",
    "This replica was silent for too long and was replaced: start it again.": "Dieser Prozess hat zu lange nicht "
    "geantwortet und wurde ersetzt: bitte neu starten.",
    "The store {} was moved to another place: name that one in the settings.": "Der Inhalt der Datenbank {0} ist an einen "
    "anderen Ort gebracht: bitte diesen in den Einstellungen nennen.",
    "data.public_url is missing: with tenants, name the address of the data-plane listener.": "data.public_url fehlt: Mit Mandanten bitte die Adresse der Datenebene nennen.",
    "In {}, {} is a setting of the whole process: remove it from that of a tenant.": "In {0} ist {1} eine Einstellung des ganzen Prozesses: bitte aus der eines Mandanten entfernen.",
    "The list of the tenants, {}, cannot be read: restore it from a backup.": "Die Liste der Mandanten, {0}, ist nicht lesbar: bitte aus einer Sicherung zurückholen.",
    "The list of the tenants, {}, has a name that none can have: restore it from a backup.": "Die Liste der Mandanten, {0}, enthält einen Namen, den keiner haben kann: bitte aus einer Sicherung zurückholen.",
    "The list of the tenants, {}, has a name twice: restore it from a backup.": "Die Liste der Mandanten, {0}, enthält einen Namen zweimal: bitte aus einer Sicherung zurückholen.",
    "The tenants {} and {} are both {}: give each its own identifier.": "Die Mandanten {0} und {1} sind beide {2}: bitte jedem eine eigene Kennung geben.",
    "A host of the tenant {} is that of another one: give it a host of its own.": "Ein Host des Mandanten {0} gehört schon einem anderen: bitte ihm einen eigenen geben.",
    "A management key of the tenant {} is in use already: give it a key of its own.": "Ein Verwaltungsschlüssel des Mandanten {0} ist schon in Gebrauch: bitte ihm einen eigenen geben.",
    "A tenant of a PostgreSQL store cannot be exported yet: copy the store to a file first.": "Ein Mandant in PostgreSQL lässt sich noch nicht ausgeben: bitte die Datenbank zuerst in eine Datei kopieren.",
    "The store {} cannot be read ({}): check `store.path` and its disk.": "Die Datenbank {0} ist nicht lesbar ({1}): bitte `store.path` und den Datenträger prüfen.",
    "A file or socket that the address of the database names is not there: check `sslrootcert`, `sslcert`, `sslkey` and the host in `store.url`.": "Eine Datei oder ein Socket aus der Adresse der Datenbank fehlt: bitte `sslrootcert`, `sslcert`, `sslkey` und den Host in `store.url` prüfen.",
    "The role of the database lacks a right ({}): let it own the database.": "Der Rolle der Datenbank fehlt ein Recht ({0}): bitte sie zur Eigentümerin der Datenbank machen.",
    "The role of the database looks into no schema that is there: set its `search_path`.": "Die Rolle der Datenbank sucht in keinem vorhandenen Schema: bitte ihren `search_path` setzen.",
    "The role of the database may not create tables in the schema {}: let it own the database.": "Die Rolle der Datenbank darf im Schema {0} keine Tabellen anlegen: bitte sie zur Eigentümerin der Datenbank machen.",
    "The tables are in the schema {}, but the role of the database looks into {} first: set its `search_path`.": "Die Tabellen sind im Schema {0}, die Rolle der Datenbank sucht aber zuerst in {1}: bitte ihren `search_path` setzen.",
    "The process {} on this database has another secret for pseudonyms: copy the file `store.secret` from its folder.": "Der Prozess {0} an dieser Datenbank hat ein anderes Geheimnis für Pseudonyme: bitte die Datei `store.secret` aus seinem Ordner übernehmen.",
    "The process {} on this database counts in the zone {}, not in {}: use one for both.": "Der Prozess {0} an dieser Datenbank zählt in der Zeitzone {1}, nicht in {2}: bitte für beide eine verwenden.",
    "The certificate of the database is not trusted ({}): check `sslrootcert` and the host in `store.url`.": "Dem Zertifikat der Datenbank wird nicht vertraut ({0}): bitte `sslrootcert` und den Host in `store.url` prüfen.",
}
