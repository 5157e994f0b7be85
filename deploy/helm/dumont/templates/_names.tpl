{{- define "dumont.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "dumont.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "dumont.selector" . }}
{{- end }}

{{- define "dumont.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "dumont.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "dumont.secret" -}}
{{ .Values.existingSecret | default (include "dumont.name" .) }}
{{- end }}

{{/* Longer than the process itself takes to finish what it has begun. */}}
{{- define "dumont.graceSeconds" -}}
{{ add (int .Values.settings.DUMONT_SHUTDOWN_SECONDS) (int .Values.settings.DUMONT_DRAIN_SECONDS) 20 }}
{{- end }}

{{- define "dumont.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "dumont.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* Nothing that matters lies in a pod; these are the folders it may scribble in. */}}
{{- define "dumont.scratchMounts" -}}
- { name: tmp, mountPath: /tmp }
- { name: home, mountPath: /var/lib/dumont }
{{- end }}

{{- define "dumont.scratchVolumes" -}}
- { name: tmp, emptyDir: { sizeLimit: 256Mi } }
- { name: home, emptyDir: { sizeLimit: 64Mi } }
{{- end }}

{{/* Secrets by name, each process only those it uses. The list is `dict "root" $ "keys" (list ...)`. */}}
{{- define "dumont.secretEnv" -}}
{{- range .keys }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ include "dumont.secret" $.root }}, key: {{ . }}, optional: {{ has . (list "REDIS_URL" "DATABASE_REPLICA_URL" "DUMONT_SMTP_URL" "DUMONT_PROVIDER_KEYS" "DUMONT_METRICS_TOKEN") }} } }
{{- end }}
{{- end }}

{{/* The owner's address under the name that the program reads. */}}
{{- define "dumont.ownerEnv" -}}
- name: DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ include "dumont.secret" . }}, key: DATABASE_OWNER_URL } }
{{- end }}

{{- define "dumont.checksums" -}}
checksum/settings: {{ toJson .Values.settings | sha256sum }}
checksum/secrets: {{ printf "%s%s%s%s%s%s" .Values.existingSecret (toJson .Values.secrets) (toJson .Values.database) .Values.postgresql.appPassword .Values.postgresql.ownerPassword .Values.redis.password | sha256sum }}
{{- end }}

{{- define "dumont.spread" -}}
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "dumont.selector" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .component }}
- maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "dumont.selector" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .component }}
{{- end }}
