{{/* Names of objects end with a number of their pod: 40 letters leave place for both. */}}
{{- define "datenkontor.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "datenkontor.selector" -}}
app.kubernetes.io/name: datenkontor
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: {{ .Values.role }}
{{- end -}}

{{- define "datenkontor.labels" -}}
{{ include "datenkontor.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "datenkontor.pod.security" -}}
runAsNonRoot: true
{{- if .user }}
runAsUser: {{ .user }}
runAsGroup: {{ .user }}
fsGroup: {{ .user }}
{{- end }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "datenkontor.container.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "datenkontor.image" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{ .Values.image.repository }}{{ ternary "@" ":" (hasPrefix "sha256:" $tag) }}{{ $tag }}
{{- end -}}

{{/* The listeners of a role that others reach, and their ports. The management listener stays inside of the pod. */}}
{{- define "datenkontor.ports" -}}
{{- if ne .Values.role "dataplane" }}
protocol: 7080
{{- end }}
{{- if ne .Values.role "broker" }}
data: 7081
{{- end }}
{{- if eq .Values.role "broker" }}
broker: 7083
{{- end }}
{{- if and .Values.publicUrl.pages (ne .Values.role "dataplane") }}
web: 7084
{{- end }}
{{- if or (eq .Values.role "dataplane") (and .Values.signaling (eq .Values.role "connector")) }}
signaling: 7085
{{- end }}
{{- end -}}

{{- define "datenkontor.command" -}}
{{- $words := dict "connector" (list "serve") "broker" (list "broker" "serve") "dataplane" (list "dataplane" "serve") -}}
{{- concat (list "datenkontor") (get $words .Values.role) (list "--settings" "/etc/datenkontor/datenkontor.toml") | toJson -}}
{{- end -}}

{{- define "datenkontor.database.url" -}}
{{- if .Values.trialDatabase.enabled -}}
postgresql://datenkontor@{{ include "datenkontor.name" . }}-database:5432/datenkontor
{{- else -}}
{{ .Values.database.url }}
{{- end -}}
{{- end -}}

{{/* What is true of each pod goes before the settings, and what an operator writes under `environment` before that. */}}
{{- define "datenkontor.environment" -}}
{{- $given := dict "DATENKONTOR_STORE__PATH" "/data/store.sqlite" "DATENKONTOR_RECEIVED" "/data/received" "DATENKONTOR_DATA_ROOT" "/data/offered" "DATENKONTOR_LOGGING__FORMAT" "json" "DATENKONTOR_IDENTITY__KEY" "/run/datenkontor/key.pem" "DATENKONTOR_MANAGEMENT__PORT" "7082" -}}
{{- range $listener, $port := include "datenkontor.ports" . | fromYaml -}}
{{- $_ := set $given (printf "DATENKONTOR_%s__HOST" (upper $listener)) "0.0.0.0" -}}
{{- $_ := set $given (printf "DATENKONTOR_%s__PORT" (upper $listener)) (printf "%d" (int $port)) -}}
{{- end -}}
{{- if eq .Values.role "broker" -}}
{{- $_ := set $given "DATENKONTOR_BROKER__RECORD" "/data/record.sqlite" -}}
{{- end -}}
{{- if and .Values.publicUrl.pages (ne .Values.role "dataplane") -}}
{{- $_ := set $given "DATENKONTOR_WEB__PUBLIC_URL" .Values.publicUrl.pages -}}
{{- end -}}
{{- with .Values.publicUrl.data -}}
{{- $_ := set $given "DATENKONTOR_DATA__PUBLIC_URL" . -}}
{{- end -}}
{{- if .Values.publicUrl.signaling -}}
{{- $_ := set $given "DATENKONTOR_SIGNALING__PUBLIC_URL" .Values.publicUrl.signaling -}}
{{- end -}}
{{- if eq .Values.role "dataplane" -}}
{{- $_ := set $given "DATENKONTOR_SIGNALING__ID" "urn:plane:$(POD_NAME)" -}}
{{- end -}}
{{- with include "datenkontor.database.url" . -}}
{{- $_ := set $given "DATENKONTOR_STORE__URL" . -}}
{{- $_ := set $given "DATENKONTOR_STORE__SECRET_FILE" "/run/datenkontor/database.password" -}}
{{- end -}}
{{- range $name, $value := .Values.environment -}}
{{/* Helm reads every number as a fraction, and would write a large one with an exponent. */}}
{{- if kindIs "float64" $value -}}
{{- $value = ternary (printf "%.0f" $value) $value (eq $value (floor $value)) -}}
{{- end -}}
{{- $_ := set $given $name $value -}}
{{- end -}}
{{- range $name := keys $given | sortAlpha }}
- name: {{ $name }}
  value: {{ get $given $name | toString | quote }}
{{- end }}
{{- end -}}

{{/* Whoever asks is in the same pod: its own certificate proves nothing here. */}}
{{- define "datenkontor.probe" -}}
{{- if eq .Values.role "dataplane" -}}
tcpSocket:
  port: signaling
{{- else -}}
{{- $public := and (eq .Values.role "broker") (regexMatch "(?m)^certificate *=" .Values.settings) -}}
{{- $url := printf "%s://127.0.0.1:%s%s" (ternary "https" "http" $public) (ternary "7083" "7082" (eq .Values.role "broker")) .path -}}
exec:
  command:
    - python
    - -c
    - {{ printf "import ssl, urllib.request as r; r.urlopen('%s', timeout=4, context=ssl._create_unverified_context())" $url | quote }}
{{- end -}}
{{- end -}}

{{/* A combination that would lose or double a state is refused before it is installed. */}}
{{- define "datenkontor.refuse" -}}
{{- if not .Values.settings -}}
{{- fail "settings is empty: give the settings of the process (TOML) with --set-file settings=datenkontor.toml." -}}
{{- end -}}
{{- if not (regexMatch "^[a-z][-a-z0-9]*$" .Release.Name) -}}
{{- fail "A Service cannot have the name of this release: begin it with a letter, and use letters, digits and hyphens." -}}
{{- end -}}
{{- $files := list -}}
{{- range concat .Values.secretFiles .Values.configFiles -}}
{{- if has .file $files -}}
{{- fail (printf "The file %s is given twice: give each file of secretFiles and configFiles a name of its own." .file) -}}
{{- end -}}
{{- $files = append $files .file -}}
{{- end -}}
{{- $keyed := or (eq .Values.role "dataplane") (hasKey .Values.environment "DATENKONTOR_IDENTITY__KEY") -}}
{{- range .Values.secretFiles -}}{{- if eq .file "key.pem" -}}{{- $keyed = true -}}{{- end -}}{{- end -}}
{{- if not $keyed -}}
{{- fail "The participant needs its key: add the file key.pem to secretFiles." -}}
{{- end -}}
{{- if and .Values.database.url .Values.trialDatabase.enabled -}}
{{- fail "database.url and trialDatabase.enabled are both set: leave one out." -}}
{{- end -}}
{{- $stored := include "datenkontor.database.url" . -}}
{{- if and $stored (eq .Values.role "dataplane") -}}
{{- fail "A dataplane keeps its state in a file: leave out database.url and trialDatabase." -}}
{{- end -}}
{{- if and $stored (not .Values.database.secret) -}}
{{- fail "The database needs a password: name a Secret in database.secret." -}}
{{- end -}}
{{- if gt (int .Values.replicas) 1 -}}
{{- if eq .Values.role "broker" -}}
{{- if not $stored -}}
{{- fail "Several processes of one broker share a PostgreSQL database: set database.url, or replicas to 1." -}}
{{- end -}}
{{- if regexMatch "(?m)^ *(\\[ *authority *\\]|authority *[.])" .Values.settings -}}
{{- fail "The files of an authority are in the folder of one process: set replicas to 1, or run the authority as a broker of its own." -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.role "connector" -}}
{{- if not $stored -}}
{{- fail "Several processes of one connector share a PostgreSQL database: set database.url, or replicas to 1." -}}
{{- end -}}
{{- if not (contains "$(POD_NAME)" .Values.publicUrl.data) -}}
{{- fail "Each process serves its own flows: put $(POD_NAME) into publicUrl.data." -}}
{{- end -}}
{{- end -}}
{{- if $stored -}}
{{- $shared := false -}}
{{- range .Values.secretFiles -}}{{- if eq .file "store.secret" -}}{{- $shared = true -}}{{- end -}}{{- end -}}
{{- if not $shared -}}
{{- fail "Several processes on one database have one secret for pseudonyms: add the file store.secret to secretFiles." -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
