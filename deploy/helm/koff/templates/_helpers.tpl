{{- define "koff.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "koff.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "koff.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "koff.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "koff.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* koff.yaml: the values' config, with the port that the probes and the ServiceMonitor use. */}}
{{- define "koff.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- $guard := not (empty .Values.http.tokenFile) | ternary (dict "tokenFile" .Values.http.tokenFile) (dict "public" true) -}}
{{- $_ := set $config "http" (merge (dict "port" (int .Values.http.port) "host" "0.0.0.0") $guard) -}}
{{- if and .Values.persistence.enabled (not (hasKey $config "state")) -}}
{{- $_ := set $config "state" (dict "dir" "/var/lib/koff/state") -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/* Fails where the state would be lost, or where instances would not share it. */}}
{{- define "koff.check" -}}
{{- $kafka := false -}}
{{- range .Values.config.sinks -}}{{- if eq .type "kafka" -}}{{- $kafka = true -}}{{- end -}}{{- end -}}
{{- if and .Values.persistence.enabled (gt (int .Values.replicaCount) 1) -}}
{{- fail "persistence.enabled: only one instance can use a volume: set replicaCount to 1" -}}
{{- end -}}
{{- if not (or $kafka .Values.persistence.enabled .Values.config.pipelines) -}}
{{- fail "config.sinks has no sink of type kafka, so koff keeps its state in a file: set persistence.enabled and replicaCount 1" -}}
{{- end -}}
{{- end -}}

{{/* docs/kubernetes.md has the figures that these are from. */}}
{{- define "koff.resources" -}}
{{- $sizes := dict "100" (dict "cpu" "50m" "memory" "192Mi" "limit" "384Mi") "1000" (dict "cpu" "100m" "memory" "256Mi" "limit" "512Mi") "10000" (dict "cpu" "500m" "memory" "512Mi" "limit" "1Gi") -}}
{{- $size := get $sizes (toString (int .Values.groups)) -}}
requests:
  cpu: {{ $size.cpu }}
  memory: {{ $size.memory }}
limits:
  memory: {{ $size.limit }}
{{- end -}}

{{- define "koff.pod" -}}
metadata:
  annotations:
    checksum/config: {{ include (print $.Template.BasePath "/configmap.yaml") . | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  labels:
    {{- include "koff.labels" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "koff.fullname" . }}
  automountServiceAccountToken: false
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: koff
      image: {{ include "koff.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [run, -c, /etc/koff/config/koff.yaml]
      {{- with .Values.env }}
      env:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.envFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - name: http
          containerPort: {{ .Values.http.port }}
      # A broker that is down is no reason for a restart: koff waits for it.
      livenessProbe:
        httpGet: { path: /healthz, port: http }
        initialDelaySeconds: 10
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /readyz, port: http }
        periodSeconds: 5
        timeoutSeconds: 5
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      resources:
        {{- if .Values.resources }}
        {{- toYaml .Values.resources | nindent 8 }}
        {{- else }}
        {{- include "koff.resources" . | nindent 8 }}
        {{- end }}
      volumeMounts:
        - name: config
          mountPath: /etc/koff/config
          readOnly: true
        {{- range .Values.secrets }}
        - name: secret-{{ .name }}
          mountPath: /etc/koff/secrets/{{ .name }}
          readOnly: true
        {{- end }}
        - name: tmp
          mountPath: /tmp
        {{- if .Values.persistence.enabled }}
        - name: data
          mountPath: /var/lib/koff
        {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "koff.fullname" . }}
    {{- range .Values.secrets }}
    - name: secret-{{ .name }}
      secret:
        secretName: {{ .secretName }}
        defaultMode: 0440
    {{- end }}
    - name: tmp
      emptyDir: {}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
