{{- define "shoal.labels" -}}
app.kubernetes.io/name: shoal
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "shoal.chosen" -}}
app.kubernetes.io/name: shoal
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "shoal.image" -}}
{{ required "image.repository: where is the image?" .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "shoal.host" -}}
{{ get (urlParse (required "publicUrl: what do people type?" .Values.publicUrl)) "hostname" }}
{{- end }}

{{/* What a configuration map says; the job before an upgrade has one of its own. */}}
{{- define "shoal.settings" -}}
SHOAL_SECRET_FILE: /run/secrets/shoal/secrets.json
SHOAL_PUBLIC_URL: {{ required "publicUrl: what do people type?" .Values.publicUrl | quote }}
SHOAL_PROXIES: {{ .Values.proxies | quote }}
{{- if not .Values.settings.SHOAL_PAY }}
{{- fail "settings.SHOAL_PAY: name your payment partners" }}
{{- end }}
{{- range $name, $value := .Values.settings }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* Where the stores are. Kubernetes puts the passwords in, from variables named before. */}}
{{- define "shoal.environment" -}}
- name: DATABASE_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ .Values.secretName }}, key: database-password}}
- name: VAULT_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ .Values.secretName }}, key: vault-password}}
- name: NATS_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ .Values.secretName }}, key: nats-password}}
{{- with .Values.database }}
- name: SHOAL_DATABASE_URL
  value: {{ printf "postgresql://%s:$(DATABASE_PASSWORD)@%s:%v/%s?%s" .user (required "database.host: where is PostgreSQL?" .host) .port .name .options | quote }}
{{- end }}
{{- with .Values.vault }}
- name: SHOAL_VAULT_URL
  value: {{ printf "postgresql://%s:$(VAULT_PASSWORD)@%s:%v/%s?%s" .user (required "vault.host: where is the PostgreSQL of the keys?" .host) .port .name .options | quote }}
{{- end }}
{{- with .Values.nats }}
- name: SHOAL_NATS_URL
  value: {{ printf "%s://%s:$(NATS_PASSWORD)@%s:%v" .scheme .user (required "nats.host: where is NATS?" .host) .port | quote }}
{{- end }}
{{- end }}

{{- define "shoal.envFrom" -}}
{{- with .Values.settingsSecretName }}
- secretRef: {name: {{ . }}}
{{- end }}
{{- end }}

{{- define "shoal.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "shoal.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "shoal.mounts" -}}
- {name: secrets, mountPath: /run/secrets/shoal, readOnly: true}
- {name: tmp, mountPath: /tmp}
- {name: spool, mountPath: /var/lib/shoal/spool}
- {name: media, mountPath: /var/lib/shoal/media, subPath: media}
- {name: media, mountPath: /var/lib/shoal/private, subPath: private}
{{- end }}

{{- define "shoal.secretVolume" -}}
- name: secrets
  secret:
    secretName: {{ .Values.secretName }}
    defaultMode: 0440
    items: [{key: secrets.json, path: secrets.json}]
- name: tmp
  emptyDir: {}
{{- end }}

{{- define "shoal.volumes" -}}
{{ include "shoal.secretVolume" . }}
- name: spool
  emptyDir: {sizeLimit: {{ .Values.spool.size }}}
- name: media
  persistentVolumeClaim: {claimName: {{ .Values.media.existingClaim | default (printf "%s-media" .Release.Name) }}}
{{- end }}

{{- define "shoal.placing" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}
